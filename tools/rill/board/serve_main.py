"""Begins what serve.py describes; its names are those of the prompt."""

import sys

sys.path.insert(0, sys.argv[1])
import serve  # noqa: E402

serve.main(sys.argv[1:], globals())
