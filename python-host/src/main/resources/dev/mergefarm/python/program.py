"""Prepares one program that a model wrote. See ProgramHost for the messages."""


def _prepare(text):
    import _thread
    import json
    import os
    import sys
    import threading

    request = json.loads(text)
    program = request["program"]

    def refuse(name):
        def refused(*_, **__):
            raise PermissionError(f"programs may not use {name}")

        return refused

    for name in dir(os):
        if name.startswith(("exec", "fork", "kill", "popen", "posix_spawn", "spawn", "system", "_exit", "abort")):
            for owner in (os, sys.modules["posix"]):
                if hasattr(owner, name):
                    setattr(owner, name, refuse(f"os.{name}"))
    for owner, name in ((_thread, "start_new_thread"), (_thread, "start_new"), (threading, "_start_new_thread")):
        setattr(owner, name, refuse("threads"))
    for name in ("socket", "_socket", "subprocess", "_posixsubprocess", "multiprocessing", "ctypes", "_ctypes",
                 "java", "polyglot"):
        sys.modules[name] = None
    sys.dont_write_bytecode = True
    sys.setrecursionlimit(1000)

    def run():
        """Says what went wrong; nothing where all went well."""
        try:
            exec(program, {"__name__": "__main__"})
            return ""
        except BaseException as error:
            return f"failed: {type(error).__name__}: {error}"

    return run, request["limit"]


run, limit = _prepare(host_request)
