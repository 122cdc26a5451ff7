"""A program on a pseudo-terminal, and the screen that somebody in front of it would see."""
import os
import signal
import sys
import termios
import time

import pexpect
import pyte

SECONDS = float(os.environ.get("TERMINAL_SECONDS", 30))
passed, failures = 0, []


class Terminal:
    """Runs a command with `columns` × `rows`; 0 × 0 is what kubectl starts with."""

    def __init__(self, command, columns=80, rows=24, environment=None, folder=None):
        seen = (columns or 80, rows or 24)
        self.screen = pyte.HistoryScreen(*seen, history=10000)
        self.stream = pyte.ByteStream(self.screen)
        self.output = b""
        base = {"PATH": "/usr/bin:/bin", "TERM": "xterm-256color", "HOME": "/", "LC_ALL": "C.UTF-8"}
        base.update(environment or {})
        base = {name: value for name, value in base.items() if value is not None}
        if os.environ.get("LD_LIBRARY_PATH"):
            base["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
        self.child = pexpect.spawn(
            command[0], command[1:], dimensions=(rows, columns), env=base, cwd=folder, timeout=SECONDS, echo=True)
        self.child.delaybeforesend = None
        # What a new terminal is like; the program may have changed its own already.
        ends = os.openpty()
        self.before = termios.tcgetattr(ends[1])
        for end in ends:
            os.close(end)

    def read(self, seconds=0.05):
        try:
            data = self.child.read_nonblocking(65536, seconds)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return False
        self.output += data
        # What follows is xterm's own; the emulator would print it.
        self.stream.feed(data.replace(b"\x1b[?2004h", b"").replace(b"\x1b[?2004l", b""))
        return True

    def send(self, keys):
        self.child.send(keys)

    def lines(self):
        return [line.rstrip() for line in self.screen.display]

    def text(self):
        return "\n".join(self.lines()).rstrip("\n")

    def wait(self, what, condition, seconds=SECONDS):
        """Reads until `condition` holds for what is seen, and stays quiet."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.read():
                continue
            if condition(self):
                expect(what, True, "")
                return True
        expect(what, False, f"the screen is\n{self.text()}\n  cursor {self.cursor()}")
        return False

    def sees(self, text, what=None):
        return self.wait(what or f"sees {text!r}", lambda terminal: text in terminal.text())

    def shows(self, what, *lines):
        """The first lines of the screen are exactly these."""
        return self.wait(what, lambda terminal: terminal.lines()[:len(lines)] == list(lines))

    def last(self, text, what=None):
        """The line of the cursor is exactly `text`."""
        return self.wait(what or f"line {text!r}", lambda terminal: terminal.lines()[terminal.screen.cursor.y] == text)

    def cursor(self):
        return self.screen.cursor.x, self.screen.cursor.y

    def resize(self, columns, rows):
        self.screen.resize(rows, columns)
        self.child.setwinsize(rows, columns)

    def kill(self, number):
        os.kill(self.child.pid, number)

    def is_sane(self):
        """Whether the terminal is as it was before the program ran."""
        now = termios.tcgetattr(self.child.child_fd)
        return now[:4] == self.before[:4]

    def is_raw(self):
        return not termios.tcgetattr(self.child.child_fd)[3] & termios.ICANON

    def ends(self, what, status):
        """Waits for the end; a signal counts as 128 and its number."""
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and self.child.isalive():
            self.read()
        while self.read(0.01):
            pass
        if self.child.isalive():
            self.child.kill(signal.SIGKILL)
            expect(what, False, "does not end")
            return
        seen = self.child.exitstatus if self.child.exitstatus is not None else 128 + self.child.signalstatus
        expect(what, seen == status, f"status {seen}, expected {status}\n{self.text()}")

    def close(self):
        self.child.close(force=True)


def expect(what, condition, text):
    global passed
    if condition:
        passed += 1
    else:
        failures.append(what)
        print(f"FAILED {what}: {text}")


def finish():
    print(f"{passed} passed, {len(failures)} failed")
    sys.exit(1 if failures else 0)
