import os
import sys


def read_file():
    return open("/etc/hostname").read()


def run_process():
    return os.system("id")


def open_socket():
    import socket

    return socket.create_connection(("127.0.0.1", 80))


def java_class():
    import java

    return str(java.type("java.lang.System"))


def polyglot_eval():
    import polyglot

    return polyglot.eval(language="python", string="1")


def start_thread():
    import threading

    threading.Thread(target=print).start()


def leave():
    sys.exit(3)


def leave_hard():
    os._exit(3)


def recurse():
    return recurse()


def environment():
    return [name for name in os.environ if name in ("PATH", "HOME", "USER")]


def print_much():
    print("x" * 100000)
    return "printed"


def loop():
    count = 0
    while True:
        count += 1


def eat():
    kept = []
    while True:
        kept.append("x" * 100000 + str(len(kept)))
