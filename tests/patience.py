"""How long tests wait for what must come: longer than any machine may be busy, since only a test that fails waits that long."""

PATIENCE_S = 300.0
