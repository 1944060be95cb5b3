"""The file of settings, checked before a command runs, and what is said of a wrong setting."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from pydantic import SecretStr, ValidationError

from stream_app.errors import ConfigurationError
from stream_app.settings import CONFIG_VARIABLE, Settings

OPTION = "--config"
_PREFIX = Settings.model_config["env_prefix"]
_IN_FILE = re.compile(r"^\s*(?:export\s+)?(\w+)\s*=", re.MULTILINE)
_SEE = "see docs/operations.md"


def use_config(path: Path | None) -> None:
    """Let `path` (else the file that the environment names) be the settings of this process and its children."""
    named = path or os.environ.get(CONFIG_VARIABLE)
    if named:
        _check(Path(named))
        os.environ[CONFIG_VARIABLE] = str(Path(named).resolve())


def _check(path: Path) -> None:
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read ({error.strerror}): check the name of the file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} is not TOML ({error}): mend that line") from error
    unknown = sorted(given.keys() - Settings.model_fields.keys())
    if unknown:
        raise ConfigurationError(f"{path} has unknown settings ({', '.join(unknown)}): {_SEE} for their names")


def unknown_settings() -> list[str]:
    """Return the variables of the environment and of `.env` that look like settings and are none."""
    known = {f"{_PREFIX}{name}".upper() for name in Settings.model_fields} | {CONFIG_VARIABLE}
    file = Path(".env")
    written = _IN_FILE.findall(file.read_text(encoding="utf-8", errors="replace")) if file.is_file() else []
    named = {name.upper() for name in (*os.environ, *written)}
    return sorted(name for name in named - known if name.startswith(_PREFIX))


def config_first(args: Sequence[str]) -> list[str]:
    """Move `--config FILE` to the front, so that it may also stand behind the command."""
    for place, arg in enumerate(args):
        if arg == "--":
            break
        if arg == OPTION or arg.startswith(f"{OPTION}="):
            end = place + (2 if arg == OPTION else 1)
            return [*args[place:end], *args[:place], *args[end:]]
    return list(args)


def is_wrong_setting(error: ValidationError) -> bool:
    """Tell a setting that does not validate from any other value that does not."""
    return error.title == Settings.__name__


def wrong_setting(error: ValidationError) -> ConfigurationError:
    """Return the error that names the first setting that does not validate."""
    first = error.errors()[0]
    name = str(first["loc"][0])
    got = "" if _is_secret(name) else f", got {first['input']!r}"
    return ConfigurationError(f"{f'{_PREFIX}{name}'.upper()} is wrong ({first['msg']}{got}): {_SEE} for what it takes")


def _is_secret(name: str) -> bool:
    """Tell a setting that may hold a password, which no line that is logged may show."""
    return name in Settings.model_fields and SecretStr in get_args(Settings.model_fields[name].annotation)
