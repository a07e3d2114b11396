"""Files at whose changes a reset or a loss of power may come."""


class CutFiles:
    """Files with a fuse before and behind each change."""

    def __init__(self, files, fuse):
        self._files = files
        self._fuse = fuse
        for name in ("read", "read_end", "size", "sizes", "names", "capacity_bytes"):
            if hasattr(files, name):
                setattr(self, name, getattr(files, name))

    def folder(self, name):
        return CutFiles(self._files.folder(name), self._fuse)

    def make(self):
        self._fuse.burn()
        self._files.make()
        self._fuse.burn()

    def move(self, name, folder):
        self._fuse.burn()
        self._files.move(name, folder._files)
        self._fuse.burn()

    def append(self, name, data):
        self._fuse.burn()
        self._files.append(name, data)
        self._fuse.burn()

    def replace(self, name, data):
        self._fuse.burn()
        self._files.replace(name, data)
        self._fuse.burn()

    def remove(self, name):
        self._fuse.burn()
        self._files.remove(name)
        self._fuse.burn()
