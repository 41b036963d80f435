"""Event streams with thousands of readers: what one worker does, and what others do beside it."""
