"""How long things are kept: as the settings say, and of each business as its file does."""

import msgspec

from agent.record.businesses import Businesses
from agent.record.keeping import Keeping
from api.settings import Settings
from storage.keys import Ttl

_DAY_S, _MINUTE_S = 86_400, 60


def kept_for(settings: Settings, businesses: Businesses) -> Ttl:
    whole = Ttl(call_s=settings.call_ttl_s, booked_s=settings.booked_ttl_s, log_s=settings.log_ttl_s)
    own = {business.id: _own(whole, business.keeping) for business in businesses.all if business.keeping != Keeping()}
    return msgspec.structs.replace(whole, businesses=own)


def _own(whole: Ttl, keeping: Keeping) -> Ttl:
    return msgspec.structs.replace(
        whole,
        call_s=(keeping.open_calls_minutes or 0) * _MINUTE_S or whole.call_s,
        booked_s=(keeping.booked_calls_days or 0) * _DAY_S or whole.booked_s,
        words_s=(keeping.transcripts_minutes or 0) * _MINUTE_S,
        appointment_s=(keeping.bookings_days or 0) * _DAY_S,
    )
