"""The call as it stands, and what stands beside it: the business, its calendar, events, acts, reasons, the CallSkeleton."""
