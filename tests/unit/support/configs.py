"""What is said of a text that is not right as a config.json."""

from expect import expect_raises
from firmware.config import parse
from firmware.core.errors import ConfigError


def refused(text, *named):
    """The sentence that refuses the text; it names all of these."""
    sentence = str(expect_raises(ConfigError, parse, text))
    for name in named:
        if str(name) not in sentence:
            raise AssertionError("%r does not name %r" % (sentence, name))
    return sentence
