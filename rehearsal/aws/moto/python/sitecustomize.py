"""Keeps web pages in a browser on this machine away from moto's server, as package guard does for the other servers.

Python imports a module of this name when it starts, if it is on PYTHONPATH. moto has no option for this.
"""

import ipaddress
import os
from urllib.parse import urlsplit


def ours(host):
    """Whether a Host header names this machine by a loopback address or as localhost."""
    try:
        name = urlsplit("//" + host).hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def foreign(environ):
    """Whether a browser made the request for a page of another origin."""
    if environ.get("HTTP_SEC_FETCH_SITE", "none") not in ("none", "same-origin"):
        return True
    origin = environ.get("HTTP_ORIGIN", "")
    return origin != "" and urlsplit(origin).netloc != environ.get("HTTP_HOST", "")


def guarded(app):
    def answer(environ, start_response):
        if ours(environ.get("HTTP_HOST", "")) and not foreign(environ):
            return app(environ, start_response)
        start_response("403 Forbidden", [("Content-Type", "text/plain")])
        return [b"the rehearsal does not answer for this host, nor web pages\n"]

    return answer


def guard():
    import werkzeug.serving

    serve = werkzeug.serving.run_simple

    def run_simple(hostname, port, application, **options):
        return serve(hostname, port, guarded(application), **options)

    werkzeug.serving.run_simple = run_simple


if os.environ.get("DROVER_GUARD_MOTO"):
    try:
        guard()
    except ImportError:
        pass  # another Python than moto's, on the way to it; drover asks moto itself whether it is guarded
