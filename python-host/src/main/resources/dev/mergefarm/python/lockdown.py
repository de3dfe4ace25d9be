"""Takes away what neither helpers nor programs may use. Evaluated before either."""


def _lock(who):
    import _thread
    import os
    import sys
    import threading

    def refuse(name):
        def refused(*_, **__):
            raise PermissionError(f"{who} may not use {name}")

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
