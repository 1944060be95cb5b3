"""Every setting, as one tree. Read by the composition root and the command line alone.

Sources, strongest first: arguments, `STREAM_APP_*` variables, `.env`, the TOML file of `--config`.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

CONFIG_VARIABLE = "STREAM_APP_CONFIG"
_PACKAGE = Path(__file__).parent


def shipped_model_repository() -> Path:
    """Return `model_repo` of the checkout, or the copy that an installed wheel carries."""
    checkout = _PACKAGE.parent / "model_repo"
    return checkout if checkout.is_dir() else _PACKAGE / "_model_repo"


class Settings(BaseSettings):
    """One flat list of settings; the description of each is its documentation."""

    model_config = SettingsConfigDict(
        env_prefix="STREAM_APP_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )
    config_file: ClassVar[Path | None] = None

    kafka_brokers: str | None = Field(None, description="`host:port,…`; unset: an embedded broker is started.")
    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="How to connect to Kafka."
    )
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "SCRAM-SHA-512", description="How to log in to Kafka."
    )
    kafka_username: str | None = Field(None, description="User of Kafka.")
    kafka_password: SecretStr | None = Field(None, description="Its password.")
    kafka_ca_file: Path | None = Field(None, description="CA certificates (PEM) that Kafka's certificate is held to.")
    kafka_cert_file: Path | None = Field(None, description="Client certificate (PEM) for Kafka.")
    kafka_key_file: Path | None = Field(None, description="Key of the client certificate (PEM).")
    kafka_session_timeout: PositiveFloat = Field(
        6.0, description="Seconds after which a dead worker's partitions go to the others."
    )
    kafka_rebalance_timeout: PositiveFloat = Field(
        10.0, description="Seconds that a rebalance waits for its members; the embedded broker is given 2."
    )
    kafka_fetch_wait: PositiveFloat = Field(
        1.5,
        description="Seconds that a broker may hold a worker's request for news; the embedded broker is given 0.05.",
    )
    kafka_replication: PositiveInt = Field(1, description="Replicas of topics that are created.")

    redis_url: SecretStr | None = Field(
        None, description="`redis://` or `rediss://` with user and password; unset: an embedded cache is started."
    )
    redis_ca_file: Path | None = Field(None, description="CA certificates (PEM) for `rediss://`.")
    redis_prefix: str = Field("stream_app:", description="Goes before every key.")

    triton_url: str | None = Field(None, description="`host:port` of gRPC; unset: an embedded Triton is started.")
    triton_tls: bool = Field(False, description="Whether Triton's gRPC speaks TLS.")
    triton_ca_file: Path | None = Field(None, description="CA certificates (PEM) for Triton.")
    triton_cert_file: Path | None = Field(None, description="Client certificate (PEM) for Triton.")
    triton_key_file: Path | None = Field(None, description="Key of the client certificate (PEM).")
    triton_timeout: PositiveFloat = Field(10.0, description="Seconds after which a request is tried again.")
    triton_server: Path | None = Field(None, description="A `tritonserver` to start instead of the packaged one.")
    triton_model_config: str | None = Field(
        None, description="`--model-config-name` of the embedded Triton, such as `gpu`."
    )
    model_repository: Path = Field(
        default_factory=shipped_model_repository, description="Triton model repository; also holds the tokenizer."
    )
    model_version: PositiveInt | None = Field(
        None, description="Number of the version to score with; unset: the one that is served, also when that changes."
    )
    model_poll: PositiveFloat = Field(2.0, description="Seconds between looks for another version of the model.")
    shadow_share: Annotated[float, Field(ge=0, le=1)] = Field(
        0.0,
        description="Share of the documents that the challenger reads as well, to be compared; none of it is emitted.",
    )

    topic_prefix: str = Field(
        "", pattern=r"^[A-Za-z0-9._-]*$", description="Goes before every topic's name: one set a tenant or replay."
    )
    consumer_group: str = Field("stream-app", description="Name of the consumer group of the workers.")
    partitions: PositiveInt = Field(4, description="Partitions of topics that are created.")
    state_dir: Path = Field(Path(".stream_app"), description="Logs, graph files and data of embedded servers.")

    batch_documents: PositiveInt = Field(256, description="Most documents in one micro-batch.")
    batch_wait: PositiveFloat = Field(0.05, description="Seconds that a micro-batch waits to fill.")
    kg_poll: PositiveFloat = Field(2.0, description="Seconds between looks for a newer graph version.")
    tick_period: Annotated[float, Field(ge=0)] = Field(
        5.0, description="Seconds between the ticks of a worker's wall clock; 0: none, where ticks come from elsewhere."
    )
    risk_threshold: Annotated[float, Field(gt=0, lt=1)] = Field(
        0.02,
        description="Least rise of a score, before calibration, by its trigger alone, for which there is a risk event.",
    )
    risk_exposures: PositiveInt = Field(20, description="Most risk events of one trigger; the strongest are kept.")
    causal_parameters: Path | None = Field(
        None, description="JSON file with numbers of the causal model from `causal fit`; unset: the shipped ones."
    )
    dead_letter_stretch: PositiveInt = Field(1000, description="Records of a stretch that the limit looks at.")
    dead_letter_share: Annotated[float, Field(gt=0, le=1)] = Field(
        0.5, description="The worker stops when more than this share of a stretch is invalid."
    )
    commit_interval: PositiveFloat = Field(
        2.8, description="Seconds between commits of a worker's offsets; a replay's workers commit every 0.2 s."
    )
    stall_timeout: PositiveFloat = Field(
        120.0, description="Seconds without a commit, while topics grow, after which the worker exits."
    )
    suppress_repeats: bool = Field(
        False, description="Whether a document that was already emitted is suppressed, not emitted again."
    )
    settled_novelty: bool = Field(
        False, description="Whether records say themselves how new they are, as those of a replay do."
    )
    settle_at_ticks: bool = Field(
        False,
        description="Whether risks and alerts are decided at ticks, in order of event time, instead of as they come; a "
        "replay does.",
    )
    model_cache: Path | None = Field(
        None, description="File that keeps the model's results, so that a row is computed once; a replay sets it."
    )
    media_readers: NonNegativeInt = Field(
        1, description="Processes of a worker that read text in images, about 1 GiB each; 0: images are not read."
    )
    media_timeout: PositiveFloat = Field(30.0, description="Seconds after which an image is given up.")
    start_timeout: PositiveFloat = Field(60.0, description="Seconds that a server has to become ready.")
    metrics_port: Annotated[int, Field(ge=0, le=65535)] = Field(
        0, description="Port of Prometheus metrics of a worker; 0: none."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")
    log_json: bool = Field(False, description="Whether logs are JSON lines.")

    @classmethod
    def settings_customise_sources(  # noqa: PLR0917  (the signature is pydantic-settings')
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the TOML file last; it is named by `--config` or `STREAM_APP_CONFIG`."""
        named = cls.config_file or os.environ.get(CONFIG_VARIABLE)
        sources = (init_settings, env_settings, dotenv_settings, file_secret_settings)
        return (*sources, TomlConfigSettingsSource(settings_cls, Path(named))) if named else sources

    @property
    def batch_wait_time(self) -> timedelta:
        """How long a micro-batch waits to fill."""
        return timedelta(seconds=self.batch_wait)
