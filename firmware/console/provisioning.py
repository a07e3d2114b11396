"""What `rill provision` asks before it changes anything. In memory only meanwhile."""

from firmware.console.installer import is_right, is_set
from firmware.console.setting import accepted
from firmware.core.errors import ConfigError, StorageFault


def would_be(session, text, code):
    """Who this meter is, and what speaks against a config.json (bytes) and an installer code:
    device, is_configured, has_code, why ("": nothing). code: "", or also the one in force.
    StorageFault.
    """
    settings = session.settings
    return {
        "device": settings.device if settings else "",
        "is_configured": bool(session.state.is_configured),
        "has_code": is_set(),
        "why": _why(text, code),
    }


def _why(text, code):
    try:
        accepted(text)
        if code:
            is_right(code)
    except (ConfigError, StorageFault) as error:
        return str(error)
    except ValueError:
        return "it has another installer code: meter.set_code(...) at its prompt changes it"
    return ""
