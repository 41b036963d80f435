# try.sh CHECKOUT: from a clean copy, run, and say what the tools say
cd ${1:-../moved} && git reset -q --hard && git clean -qfd -e .venv && python3 moves/run.py . .venv/bin/python || exit 1
V=.venv/bin
echo "--- ruff"; $V/ruff check --output-format concise . | tail -30
echo "--- mypy"; PYTHONPATH=. $V/python -m mypy 2>&1 | cut -c1-220 | grep -v "^graph.*note" | tail -30
echo "--- lint-imports"; PYTHONPATH=. $V/python -c "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())" 2>&1 | tail -60
