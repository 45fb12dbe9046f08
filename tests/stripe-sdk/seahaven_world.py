"""Serves PyPI's seahaven-stripe-world over HTTP on 127.0.0.1, for differential.mjs: every /worlds/<name> is an account in test mode.

Usage: python seahaven_world.py PORT. Ends when its standard input ends, so that it never outlives whoever started it.
"""

import os
import sys
import threading

import seahaven.http
from seahaven_stripe_world import world
from seahaven_stripe_world.http_api import handle


def end_with_input() -> None:
    """Waits for the end of standard input, then ends the process: the server's own loop has the main thread."""
    sys.stdin.buffer.read()
    os._exit(0)


threading.Thread(target=end_with_input, daemon=True).start()
seahaven.http.serve(world, handle, port=int(sys.argv[1]), reset_options={"startup": {"livemode": False}})
