"""Everything that differs between one installation and another: `HUIYIN_*`.

Read once at start and checked there, so that a wrong value is a sentence on the
console and not an error at midnight.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from engine.errors import SettingsInvalid


class Settings(BaseSettings):
    """One field is one variable; the description is its documentation."""

    model_config = SettingsConfigDict(env_prefix="HUIYIN_", extra="ignore")

    data: Path = Field(
        Path("var"), description="Folder for the SQLite file, the keys and the attachments."
    )
    database_url: str = Field(
        "", description="SQLAlchemy address; empty means SQLite in the data folder."
    )
    key_file: Path | None = Field(
        None, description="Key of the personal data (0600); default `keys.json` in the data folder."
    )
    secret_key: str = Field(
        "", description="Signs cookies; empty means one made once and kept in the data folder."
    )
    files: Path | None = Field(
        None, description="Folder of attachments; default `files` in the data folder."
    )
    host: str = Field("127.0.0.1", description="Address the web server listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port of the web server; PORT wins.")
    proxies: int = Field(
        0,
        ge=0,
        le=5,
        description="Trusted proxies in front of the web server; of so many is believed who asks"
        " (X-Forwarded-For) and of the nearest whether by HTTPS (X-Forwarded-Proto).",
    )
    base_url: str = Field(
        "", description="Public address used in papers and codes; empty: taken from the request."
    )
    worker: Literal["on", "off"] = Field(
        "on", description="`off`: jobs run only by `huiyin jobs run` and the test clock."
    )
    demo: bool = Field(False, description="Show the start page with role cards; demo data only.")
    test_mode: bool = Field(
        False, description="Offers /test/clock; refused unless the server listens on loopback."
    )
    job_poll_seconds: float = Field(
        1.0, gt=0, le=60, description="How often a worker looks for due jobs."
    )
    job_lease_seconds: int = Field(
        30, ge=5, le=600, description="How long a claimed job belongs to its worker."
    )
    waiting_polls: int = Field(
        16,
        ge=0,
        le=1000,
        description="Requests for external tasks that may wait at once in a web process (long"
        " polling), each in a thread of its own; more are answered at once.",
    )
    waiting_poll_seconds: float = Field(
        8.0,
        gt=0,
        le=1800,
        description="How long such a request may wait at most; below the time a stop may take.",
    )
    redis_url: str = Field(
        "redis://127.0.0.1:6379/0",
        description="Broker of the Celery role; carries hints only, may be away.",
    )
    pump_patience_seconds: float = Field(
        3.0,
        ge=0,
        le=3600,
        description="How late a job may be before a Celery worker's pump runs it.",
    )
    web_processes: int = Field(2, ge=1, le=64, description="Processes of the gunicorn role.")
    web_threads: int = Field(8, ge=1, le=64, description="Threads of each of them.")
    metrics_token: str = Field(
        "", description="Bearer token of /metrics; empty: only this machine may read it."
    )
    upload_limit_mb: int = Field(10, ge=1, le=100, description="Largest single attachment.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least severe log line that is written."
    )
    secure_cookies: bool = Field(
        False, description="Set behind HTTPS: cookies get Secure and the __Host- prefix."
    )
    sla_decision: str = Field(
        "dmn_sla", description="Decision table behind deadline(stage, level, …)."
    )

    @field_validator("database_url")
    @classmethod
    def _driver(cls, value: str) -> str:
        """Name the driver that is installed, whatever the address says."""
        for short in ("postgres://", "postgresql://"):
            if value.startswith(short):
                return "postgresql+psycopg://" + value.removeprefix(short)
        if value and not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("只支持 sqlite:/// 和 postgresql://")
        return value

    @property
    def url(self) -> str:
        """The database address, with the default filled in."""
        return self.database_url or f"sqlite:///{(self.data / 'huiyin.db').absolute()}"

    @property
    def keys(self) -> Path:
        """Where the key of the personal data lies."""
        return self.key_file or self.data / "keys.json"

    @property
    def attachments(self) -> Path:
        """Where attachments lie, under random names."""
        return self.files or self.data / "files"


@lru_cache(maxsize=1)
def current() -> Settings:
    """Return the settings of this process.

    Raises:
        SettingsInvalid: a variable cannot be understood; the message names each.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        lines = "；".join(
            f"HUIYIN_{str(item['loc'][0]).upper()}：{item['msg']}" for item in error.errors()
        )
        raise SettingsInvalid(f"配置有误，请修改后再启动：{lines}") from None
    if settings.test_mode and settings.host not in ("127.0.0.1", "localhost", "::1"):
        raise SettingsInvalid("HUIYIN_TEST_MODE 只能在本机地址（127.0.0.1）上使用。")
    return settings


def data_folder() -> Path:
    """Make the data folder if it is missing, for its owner alone: it holds keys and persons."""
    folder = current().data
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
