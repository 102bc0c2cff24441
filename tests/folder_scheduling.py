"""Which worker runs which file: each keeps to folders of its own.

Tests of a folder use the same kernels, whose first call compiles them, and the same session
fixtures, made once by worker. Files shared out without regard to folders let two workers compile
the same kernels at the same time.
"""

from pathlib import PurePosixPath

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController


class FolderScheduling(LoadFileScheduling):
    """Sharing out by file, as ``--dist loadfile``: of one's own folder first, then of a new one.

    Where all folders are taken, a worker helps with the one that has most files left. Files of the
    topmost folder go last: they start processes of their own and run examples from the
    documentation, which find the kernels compiled by then.
    """

    def _assign_work_unit(self, node: WorkerController) -> None:
        self.workqueue.move_to_end(self._next_of(node), last=False)
        super()._assign_work_unit(node)

    def _next_of(self, node: WorkerController) -> str:
        left: dict[str, list[str]] = {}
        for file in self.workqueue:
            left.setdefault(_folder(file), []).append(file)
        done_here = [_folder(file) for file in self.assigned_work[node]]
        if done_here and done_here[-1] in left:
            return left[done_here[-1]][0]
        begun = {_folder(file) for work in self.assigned_work.values() for file in work}
        inner = {folder: files for folder, files in left.items() if "/" in folder} or left
        fresh = {folder: files for folder, files in inner.items() if folder not in begun}
        if fresh:
            return max(fresh.values(), key=self._tests_of)[0]
        return max(inner.values(), key=self._tests_of)[-1]

    def _tests_of(self, files: list[str]) -> int:
        return sum(len(self.workqueue[file]) for file in files)


def _folder(file: str) -> str:
    return str(PurePosixPath(file).parent)
