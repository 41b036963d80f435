"""The `slotline` command: serve, call, watch, replay, explain, graph, simulate, doctor."""

import argparse
import gc
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

from api import signals
from api.settings import SettingsError, read_settings
from api.telephony import PROVIDERS
from api.version import version


class _Parser(argparse.ArgumentParser):
    def __init__(self, **given: Any) -> None:
        super().__init__(allow_abbrev=False, **given)  # an option that was taken away is not to be read as the beginning of another

    def error(self, message: str) -> NoReturn:
        """One line; the usage is a `--help` away."""
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code: 0, 1 when it failed, 2 when it could not begin, 128 and the signal's number when one ended it."""
    told = signals.Told()
    try:
        with signals.ending(told):
            words = sys.argv[1:] if argv is None else argv
            arguments = _parser(words).parse_args(words)
            code: int = arguments.run(arguments)
    except KeyboardInterrupt:  # also one from before or after that
        return 128 + (told.number or signal.SIGINT)
    except Exception as error:
        return 128 + told.number if told.number else _failed(error)
    return code


def _failed(error: Exception) -> int:
    """What is told of an error that the command ended with, and its exit code. Raises what nobody expected."""
    match error:
        case SettingsError():
            sys.stderr.write(f"slotline: {error}\n")
            return 2
        case BrokenPipeError():  # `slotline watch | head`
            sys.stderr.close()
            return 0
    raise error


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """What the command line may say; of the commands that take a while to load, only those that `words` name are."""
    parser = _Parser(prog="slotline", description="A phone-intake agent: run it, call it, watch it.")
    parser.add_argument("--version", action="version", version=f"slotline {version()}")
    commands = parser.add_subparsers(required=True, metavar="serve | call | watch | replay | explain | graph | simulate | doctor")

    serve = commands.add_parser("serve", help="run the service")
    serve.add_argument("--host", help="address to listen on (SLOTLINE_HOST, default 127.0.0.1)")
    serve.add_argument("--port", help="TCP port, 0 for any free one (SLOTLINE_PORT, default 8080)")
    serve.add_argument("--workers", help="processes that serve (SLOTLINE_WORKERS, default 1)")
    serve.set_defaults(run=_serve)

    for name, told in (
        ("call", "be the caller, in this terminal"),
        ("watch", "follow events, in this terminal"),
        ("replay", "play a recorded call again on this version and show what differs"),
        ("explain", "show how words are read, and by which rules"),
        ("graph", "print the machine that walks a turn, as Mermaid"),
        ("simulate", "play a call as a telephone provider would, signed"),
    ):
        command = commands.add_parser(name, help=told)
        if name in words:
            module = import_module(f"api.terminal.{name}")
            module.add_arguments(command)
            command.set_defaults(run=module.run)

    doctor = commands.add_parser("doctor", help="say what is configured, reachable and missing")
    doctor.add_argument("--telephony", choices=tuple(PROVIDERS), help="whether this provider's calls would be answered")
    doctor.set_defaults(run=_doctor)
    return parser


def _serve(arguments: argparse.Namespace) -> int:
    settings = read_settings(host=arguments.host, port=arguments.port, workers=arguments.workers)
    # Of what is loaded from here on nothing is garbage, and looking for some takes as long as a third of the rest. Whoever serves turns it on again.
    gc.disable()
    # Here, since what stands behind it takes half a second to load, which a wrong setting or `--help` should not wait for.
    from api.serve import serve

    return serve(settings)


def _doctor(arguments: argparse.Namespace) -> int:
    from api.doctor import examine

    return examine(arguments.telephony or "")


if __name__ == "__main__":
    sys.exit(main())
