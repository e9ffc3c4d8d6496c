"""Blocks on worker processes that may be killed, and in files larger than the memory."""

import logging
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError
from pathlib import Path

import numpy as np
import pytest

from gdlib import cross_entropy, descend, from_blocks, noisy_line, squared_error, summarize

ROWS, FEATURES, BLOCKS = 500, 3, 6
START = np.zeros(FEATURES)


def block_maker(spoilt=None):
    """Return a function that workers, who cannot import this file, are sent as a whole."""

    def make_block(number):
        X, y = noisy_line(ROWS, np.ones(FEATURES), b=1.0, noise=1.0, rng=number)
        if number == spoilt:
            X[7, 1] = np.nan
        return X, y

    return make_block


made_block = block_maker()


def file_blocks(path, rows=ROWS):
    for start in range(0, len(np.load(path, mmap_mode="r")), rows):
        table = np.load(path, mmap_mode="r")[start : start + rows]
        yield table[:, :-1], table[:, -1]


@pytest.fixture
def rows_file(tmp_path):
    blocks = [np.column_stack(made_block(number)) for number in range(BLOCKS)]
    np.save(tmp_path / "rows.npy", np.vstack(blocks))
    return tmp_path / "rows.npy"


def by_lstsq(X, y):
    return np.linalg.lstsq(np.column_stack([X, np.ones(len(y))]), y)[0]


# ---------------------------------------------------------------- on worker processes


class Workers:
    """A real scheduler and two worker processes, and what the tests ask of them."""

    def __init__(self, folder):
        distributed = pytest.importorskip("distributed")
        self.psutil = pytest.importorskip("psutil")
        with pytest.importorskip("dask").config.set(
            {"distributed.scheduler.work-stealing": False}  # a block stays where it is
        ):
            self.cluster = distributed.LocalCluster(
                n_workers=2,
                threads_per_worker=1,
                processes=True,
                dashboard_address=None,
                scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # else 8787
                local_directory=folder,
                silence_logs=logging.CRITICAL,
            )
        self.client = distributed.Client(self.cluster)

    def each(self, function, blocks):
        return self.client.gather(self.client.map(function, list(blocks), pure=False))

    def map(self, function, count):
        return self.client.map(function, range(count), pure=False)

    def pids(self):
        return self.client.run(os.getpid)

    def processes(self):
        return [self.psutil.Process(pid) for pid in self.pids().values()]

    def kill_holder(self, block):
        (address,) = self.client.who_has([block])[block.key]
        self.psutil.Process(self.pids()[address]).kill()

    def run_and_kill(self, blocks, killed=True):
        """Return the bits of all steps; after the third a worker is killed."""
        objective, bits = from_blocks(squared_error, blocks, self.each), []
        for step in descend(objective, START, 0.0, 0.3, 8):
            bits.append((step.iteration, step.loss, step.b, step.w.tobytes()))
            if killed and step.iteration == 3:
                self.kill_holder(blocks[0])
        return bits

    def close(self):
        self.client.close()
        self.cluster.close()


@pytest.fixture(scope="module")
def workers(tmp_path_factory):
    started = Workers(tmp_path_factory.mktemp("workers"))
    yield started
    started.close()


@pytest.mark.parametrize("make", [squared_error, cross_entropy])
def test_the_objective_on_workers_is_that_of_all_rows(workers, make):
    def labelled(number):
        X, y = made_block(number)
        return X, (y > 0).astype(float) if make is cross_entropy else y

    parts = [labelled(number) for number in range(BLOCKS)]
    X, y = (np.concatenate(column) for column in zip(*parts, strict=True))
    loss, dw, db = from_blocks(make, workers.map(labelled, BLOCKS), workers.each)(START + 1, 0.5)
    expected = make(X, y)(START + 1, 0.5)
    assert loss == pytest.approx(expected[0], rel=1e-12)
    assert [*dw, db] == pytest.approx([*expected[1], expected[2]], rel=1e-10)


def test_the_summary_from_workers_solves_as_lstsq_does(workers):
    summary = summarize(workers.map(made_block, BLOCKS), workers.each)
    parts = [made_block(number) for number in range(BLOCKS)]
    X, y = (np.concatenate(column) for column in zip(*parts, strict=True))
    w = np.linalg.solve(summary.scatter[:-1, :-1], summary.scatter[:-1, -1])
    b = summary.mean[-1] - summary.mean[:-1] @ w
    assert summary.rows == len(y)
    assert [*w, b] == pytest.approx(by_lstsq(X, y), rel=1e-9)


def test_a_killed_worker_changes_no_bit(workers):
    calm = workers.run_and_kill(workers.map(made_block, BLOCKS), killed=False)
    before = set(workers.pids().values())
    hit = workers.run_and_kill(workers.map(made_block, BLOCKS))
    workers.client.wait_for_workers(2, timeout=30)
    assert len(before - set(workers.pids().values())) == 1
    assert len(hit) == 9
    assert hit == calm


def test_blocks_that_were_sent_are_lost_with_their_worker(workers):
    workers.client.wait_for_workers(2, timeout=30)
    sent = workers.client.scatter([made_block(number) for number in range(BLOCKS)])
    with pytest.raises(CancelledError):
        workers.run_and_kill(sent)
    workers.client.wait_for_workers(2, timeout=30)


@pytest.mark.parametrize(
    "task",
    [summarize, lambda blocks, each: from_blocks(squared_error, blocks, each)(START, 0.0)],
    ids=["summary", "gradient"],
)
def test_nan_on_a_worker_is_named(workers, task):
    blocks = workers.map(block_maker(spoilt=2), BLOCKS)
    with pytest.raises(ValueError, match=r"^block 2 \(counted from 0\): X .* index \[7, 1\]"):
        task(blocks, workers.each)


def test_objectives_can_be_prepared_on_the_workers(workers):
    def prepared(number):
        X, y = made_block(number)
        return squared_error(X, y), y

    ready = workers.map(prepared, BLOCKS)
    kept = from_blocks(lambda objective, y: objective, ready, workers.each)
    anew = from_blocks(squared_error, workers.map(made_block, BLOCKS), workers.each)
    assert kept(START, 0.5)[0] == anew(START, 0.5)[0]


def test_a_file_that_is_cut_short_is_refused_on_a_worker(workers, rows_file):
    os.truncate(rows_file, rows_file.stat().st_size - 8)

    def load_block(number):
        table = np.load(rows_file, mmap_mode="r")[number * ROWS : (number + 1) * ROWS]
        return table[:, :-1], table[:, -1]

    blocks = workers.map(load_block, BLOCKS)
    with pytest.raises(ValueError, match="mmap length is greater than file size"):
        summarize(blocks, workers.each)


def test_nothing_is_left_behind(tmp_path):
    started = Workers(tmp_path)
    processes = started.processes()
    before = {process.pid for process in processes}
    scheduler = started.cluster.scheduler
    ports = {scheduler.port, scheduler.http_server.port}
    assert ports <= listening(started.psutil)
    started.run_and_kill(started.map(made_block, BLOCKS))
    started.client.wait_for_workers(2, timeout=30)
    processes += started.processes()
    assert len({process.pid for process in processes} - before) == 1
    started.close()
    assert started.psutil.wait_procs(processes, timeout=20)[1] == []
    assert not ports & listening(started.psutil)
    assert list(tmp_path.rglob("worker-*")) == []


def listening(psutil):
    """Return the ports at which this process listens."""
    connections = psutil.Process().net_connections()
    return {one.laddr.port for one in connections if one.status == psutil.CONN_LISTEN}


def test_a_scheduler_that_is_gone_ends_the_run(tmp_path):
    """The scheduler is a process of its own, and killed; the client does not wait for ever."""
    distributed = pytest.importorskip("distributed")
    address = tmp_path / "scheduler.json"
    options = ["--no-dashboard", "--scheduler-file", address]
    started = []

    def start(name, *more):
        command = [sys.executable, "-m", f"distributed.cli.dask_{name}", *options, *more]
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        started.append(subprocess.Popen(command, cwd=tmp_path, **silent))

    client = None
    try:
        start("scheduler", "--host", "127.0.0.1", "--port", "0")
        deadline = time.monotonic() + 30
        while not address.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        start("worker", "--no-nanny", "--nthreads", "1", "--local-directory", tmp_path)
        client = distributed.Client(scheduler_file=str(address), timeout=2)
        client.wait_for_workers(1, timeout=30)

        def each(function, blocks):
            return client.gather(client.map(function, list(blocks), pure=False))

        objective = from_blocks(squared_error, client.map(made_block, range(BLOCKS)), each)
        objective(START, 0.0)
        started[0].kill()
        started[0].wait(10)
        raised = []

        def call():
            try:
                objective(START, 0.0)
            except (CancelledError, RuntimeError) as error:
                raised.append(error)

        thread = threading.Thread(target=call, daemon=True)
        thread.start()
        thread.join(30)
        assert not thread.is_alive(), "the client waits for ever"
        assert len(raised) == 1
    finally:
        if client is not None:
            client.close(timeout=1)
        for process in started:
            process.kill()
            process.wait(10)


# ---------------------------------------------------------------- with little memory

LIMITED = """
import os, sys
os.environ["OPENBLAS_NUM_THREADS"] = "1"
import resource
import numpy as np
from gdlib import from_blocks, squared_error, summarize

def own():
    lines = [line.split() for line in open("/proc/self/status")]
    return next(1024 * int(line[1]) for line in lines if line[0] == "VmData:")

def blocks(path, rows):
    for start in range(0, len(np.load(path, mmap_mode="r")), rows):
        table = np.load(path, mmap_mode="r")[start : start + rows]
        yield table[:, :-1], table[:, -1]

np.ones((500, 500)) @ np.ones((500, 500))  # BLAS takes its working space
limit = own() + 32 * 2**20
resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
path = sys.argv[1]
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process's own memory")
def test_a_file_larger_than_the_memory(tmp_path):
    """100 MiB in a process that gets 32: loading fails, blocks do not."""
    path, rows = tmp_path / "rows.npy", 13_107_200 // 20
    table = np.lib.format.open_memmap(path, mode="w+", dtype=float, shape=(rows, 20))
    table[:] = np.random.default_rng(0).standard_normal((rows, 20))
    table.flush()
    assert path.stat().st_size > 100 * 2**20
    expected = squared_error(table[:, :-1], table[:, -1])(np.zeros(19), 0.5)[0]
    mean = table.mean(axis=0)

    def limited(program):
        command = [sys.executable, "-c", LIMITED + program, str(path)]
        return subprocess.run(command, capture_output=True, text=True)

    for whole in (
        "np.load(path)",
        "T = np.load(path, mmap_mode='r'); squared_error(T[:, :-1], T[:, -1])",
    ):
        done = limited(whole)
        assert done.returncode == 1
        assert "MemoryError: Unable to allocate" in done.stderr.splitlines()[-1]
    done = limited(
        """
summary = summarize(blocks(path, 50_000))
loss, *_ = from_blocks(squared_error, lambda: blocks(path, 50_000))(np.zeros(19), 0.5)
print(summary.rows, float(loss), *summary.mean.tolist())
"""
    )
    assert done.stderr == ""
    found = [float(word) for word in done.stdout.split()]
    assert found == pytest.approx([rows, expected, *mean], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("cut", [8, ROWS * 8, 10**9])
def test_a_file_that_is_cut_short_is_refused(rows_file, cut):
    size = rows_file.stat().st_size
    os.truncate(rows_file, max(60, size - cut))  # a header has 128 bytes
    objective = from_blocks(squared_error, lambda: file_blocks(rows_file))
    with pytest.raises((ValueError, EOFError), match=r"mmap length|EOF|magic|header"):
        objective(START, 0.0)


# ---------------------------------------------------------------- from Parquet


def parquet_blocks(path, rows):
    parquet = pytest.importorskip("pyarrow.parquet")
    with parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=rows):
            *X, y = [column.to_numpy(zero_copy_only=False) for column in batch]
            yield np.column_stack(X), y


@pytest.fixture
def write_parquet(tmp_path):
    pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")

    def write(columns) -> Path:
        path = tmp_path / "rows.parquet"
        parquet.write_table(pa.table(columns), path, row_group_size=4)
        return path

    return write


@pytest.mark.parametrize("rows", [3, 4, 5, 100])
def test_parquet_in_blocks(write_parquet, rows):
    X, y = noisy_line(13, np.ones(2), b=1.0, noise=1.0, rng=0)
    path = write_parquet({"a": X[:, 0], "b": X[:, 1], "y": y})
    objective = from_blocks(squared_error, lambda: parquet_blocks(path, rows))
    for b in (0.0, 1.0):  # read at each call
        assert objective(np.ones(2), b)[0] == pytest.approx(squared_error(X, y)(np.ones(2), b)[0])
    assert summarize(parquet_blocks(path, rows)).mean == pytest.approx([*X.mean(axis=0), y.mean()])


@pytest.mark.parametrize(("column", "where"), [("x", r"X .* index \[1, 0\]"), ("y", r"y .* \[1\]")])
def test_a_null_in_parquet_is_named(write_parquet, column, where):
    values = {"x": [*map(float, range(12))], "y": [*map(float, range(12))]}
    values[column][9] = None
    path = write_parquet(values)
    with pytest.raises(ValueError, match=r"^block 2 \(counted from 0\): " + where):
        summarize(parquet_blocks(path, 4))
