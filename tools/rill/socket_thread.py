"""One thread that owns sockets: it waits for all of them and does what others ask of it."""

import selectors
import socket
import threading
from collections import deque
from concurrent import futures

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
_ANSWER_TIMEOUT_S = 10.0
_CHUNK_BYTES = 4096


class SocketThread:
    """Calls idle() whenever nothing has happened; it returns the s to wait at most, or None."""

    def __init__(self, name, idle):
        self._idle = idle
        self._running = True
        self._requests = deque()
        self._selector = selectors.DefaultSelector()
        self._waker, self._woken = socket.socketpair()
        self.watch(self._woken, READ, self._answer_requests)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self):
        """Begin; from now on everything happens in the thread."""
        self._thread.start()

    def is_alive(self):
        """Whether it can still be asked."""
        return self._thread.is_alive()

    def ask(self, request):
        """Have the thread call request, and wait until it did; raises the OSError it raised."""
        if not self.is_alive():
            raise RuntimeError("the network is closed")
        done = futures.Future()
        self._requests.append((request, done))
        self._waker.send(b"\0")
        done.result(_ANSWER_TIMEOUT_S)

    def stop(self):
        """End the thread; what it owned beside its own sockets was closed before."""
        self.ask(self._stop)
        self._thread.join()

    def watch(self, connection, events, handle, *arguments):
        """Call handle(*arguments, connection, mask) on READ or WRITE, instead of what was."""
        self.forget(connection)
        if events:
            self._selector.register(connection, events, (handle, *arguments))

    def forget(self, connection):
        """Watch it no more."""
        if connection in self._selector.get_map():
            self._selector.unregister(connection)

    def close(self, connection):
        """Watch it no more and close it."""
        self.forget(connection)
        connection.close()

    def _stop(self):
        self._running = False

    def _run(self):
        while self._running:
            events = self._selector.select(0) or self._selector.select(self._idle())
            for key, mask in events:
                # An earlier event may have closed it.
                if key.fileobj.fileno() >= 0:
                    handle, *arguments = key.data
                    handle(*arguments, key.fileobj, mask)
        for opened in (self._selector, self._waker, self._woken):
            opened.close()

    def _answer_requests(self, woken, _mask):
        woken.recv(_CHUNK_BYTES)
        while self._requests:
            request, done = self._requests.popleft()
            try:
                done.set_result(request())
            except OSError as error:
                done.set_exception(error)
