"""Every setting of the service: its meaning, unit and default. `docs/settings.md` is made from this file."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from beidou_svc.fleet.registry import is_token_hash
from beidou_svc.frames.settings import FramesSettings
from beidou_svc.ingest.settings import IngestSettings, Listener, UdpListener, Unknown
from beidou_svc.roads.settings import RoadsSettings
from beidou_svc.section import Section
from gnss.rtk.settings import RtkSettings
from mapping.datums.frame import Datum, Frame


class Scope(StrEnum):
    """What a token allows; each scope includes the ones before it."""

    READ = "read"
    OPERATE = "operate"
    ADMIN = "admin"


def _token_hash(text: str) -> str:
    if not is_token_hash(text):
        raise ValueError("not of the form sha256$SALT$DIGEST; `beidou token new` makes one")
    return text


class HttpSettings(Section):
    """Where API, live stream and page are served."""

    host: str = Field("127.0.0.1", description="Address to bind. Anything but loopback needs `auth.tokens`.")
    port: int = Field(8080, ge=0, le=65535, description="TCP port; 0 = any free one.")
    origins: tuple[str, ...] = Field(
        (),
        description="Other web origins (`https://maps.example.org`) whose pages may use the API and the live stream.",
    )
    connections_max: int = Field(2_000, ge=1, description="HTTP and WebSocket connections at once.")
    keep_alive_s: float = Field(15.0, gt=0, description="Silence after which an idle HTTP connection is closed, s.")
    stop_s_max: float = Field(3.0, gt=0, description="Time that requests under way get at shutdown, s.")


class Token(Section):
    """One bearer token, known only by its hash."""

    name: str = Field(min_length=1, description="Who holds it; for logs.")
    scope: Scope = Field(Scope.READ, description="What it allows.")
    hash: Annotated[str, AfterValidator(_token_hash)] = Field(
        description="Salted SHA-256 of the token, as `beidou token new` prints it.", json_schema_extra={"secret": True}
    )


class AuthSettings(Section):
    """Who may read and operate. Without tokens the API is open, which is allowed on loopback only."""

    tokens: tuple[Token, ...] = Field((), description="Bearer tokens of API, live stream and metrics.")


class StreamSettings(Section):
    """The live stream, `WS /v1/stream`."""

    interval_ms: int = Field(100, ge=20, le=10_000, description="Time between frames unless the client asks, ms.")
    clients_max: int = Field(500, ge=1, description="Clients at once; more are turned away with 1013.")
    hello_s_max: float = Field(5.0, gt=0, description="Time a client has to subscribe, s.")
    stall_s_max: float = Field(10.0, gt=0, description="A client that reads nothing for so long is dropped, s.")
    heartbeat_s: float = Field(5.0, gt=0, description="An empty frame is sent after so long without changes, s.")
    send_buffer_bytes: int = Field(
        1 << 20, ge=65_536, description="Kernel send buffer of a client: the bound of what a slow one holds back."
    )
    message_bytes_max: int = Field(65_536, ge=1_024, description="Longest message a client may send.")


class FleetSettings(Section):
    """Terminals and what is remembered of them."""

    terminals_max: int = Field(50_000, ge=1, description="Terminals known at once; more are refused.")
    terminals_file: Path | None = Field(
        None,
        description="Register of terminals: CSV with the columns id, name, token_hash, policy, frame, role, ecef, llh, "
        "groups.",
    )
    tick_ms: int = Field(20, ge=5, le=1_000, description="Time between two readings of all sockets, ms.")
    stale_after_s: float = Field(10.0, gt=0, description="Age from which a terminal is stale, s.")
    offline_after_s: float = Field(60.0, gt=0, description="Age from which a terminal is offline, s.")
    offset_window_s: float = Field(300.0, gt=0, description="A clock offset is forgotten after one to two of these, s.")
    recent_s: int = Field(300, ge=1, le=3_600, description="Recent seconds kept of each terminal, one row a second, s.")

    computed_hold_s: float = Field(
        2.0,
        ge=0,
        description="A computed position is shown before a worse one of the receiver that is so much newer, s.",
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.offline_after_s <= self.stale_after_s:
            raise ValueError("offline_after_s must be larger than stale_after_s")
        return self


_ENGINE = RtkSettings()


class RtkMode(StrEnum):
    """What is assumed of a rover's motion."""

    KINEMATIC = "kinematic"
    STATIC = "static"
    SINGLE_EPOCH = "single-epoch"


class RtkSection(Section):
    """Positions computed here, of terminals that stream RTCM 3 observations, relative to base stations that do."""

    enabled: bool = Field(True, description="Whether positions are computed; without, RTCM 3 is only counted.")
    mode: RtkMode = Field(RtkMode.KINEMATIC, description="kinematic, static (rovers rest) or single-epoch.")
    systems: str = Field(
        _ENGINE.systems,
        pattern="^[GRECJI]+$",
        description="Constellations used: G GPS, R GLONASS, E Galileo, C BeiDou, J QZSS, I NavIC.",
    )
    signals: tuple[str, ...] = Field((), description="RINEX codes used, such as `2I`; none named = all.")
    elevation_mask_deg: float = Field(
        _ENGINE.elevation_mask_deg, ge=0, lt=90, description="Satellites below are not used, degrees."
    )
    cn0_dbhz_min: float = Field(_ENGINE.cn0_dbhz_min, ge=0, description="Weaker signals are not used, dB-Hz.")
    age_corr_s_max: float = Field(_ENGINE.age_corr_s_max, gt=0, description="Older data of a base are not used, s.")
    baseline_m_max: float = Field(_ENGINE.baseline_m_max, gt=0, description="Bases farther away are not used, m.")
    failure_rate_max: float = Field(
        _ENGINE.failure_rate_max, gt=0, lt=1, description="Probability of wrong integers that is accepted."
    )
    base_wait_ms: int = Field(150, ge=0, le=10_000, description="Longest wait of an epoch for that of its base, ms.")
    base_from_messages: bool = Field(
        True, description="Whether messages 1005 and 1006 make a base of a terminal that the register gives no role."
    )
    base_silent_s: float = Field(3.0, gt=0, description="A base without data for longer is left for another, s.")
    base_settle_s: float = Field(10.0, ge=0, description="A base that states another place is not used for so long, s.")
    base_return_s: float = Field(30.0, ge=0, description="A base must be well for so long to be gone back to, s.")
    base_satellites_min: int = Field(6, ge=0, description="A base that observes fewer satellites is left for another.")
    threads: int = Field(2, ge=1, le=64, description="Threads among which the rovers are shared; results are the same.")
    bases_max: int = Field(256, ge=1, description="Base stations at once; more are not used.")
    base_epochs_max: int = Field(64, ge=2, description="Epochs kept of each base.")
    rovers_max: int = Field(20_000, ge=1, description="Rovers at once (32 kB each); more get single points.")
    waiting_max: int = Field(50_000, ge=1, description="Epochs that wait for their base at once; more do not wait.")
    backlog_ticks_max: int = Field(
        25, ge=2, description="Ticks that wait for positioning; beyond, bytes stay with the senders."
    )


class FrameSettings(Section):
    """Reference frame of the coordinates."""

    datum: Datum = Field(
        Datum.CGCS2000, description="Datum that terminals report in unless the register says otherwise."
    )
    epoch: float | None = Field(2000.0, description="Epoch of the coordinates, decimal year.")
    epsg: int = Field(
        4547, ge=4491, le=4554, description="Gauss-Krüger zone in which a position is shown: EPSG 4491 to 4554."
    )

    @model_validator(mode="after")
    def _valid(self) -> Self:
        Frame(self.datum, self.epoch)
        return self

    @property
    def tag(self) -> Frame:
        """Datum and epoch as `mapping` knows them."""
        return Frame(self.datum, self.epoch)


class BasemapSettings(Section):
    """What is drawn under the fleet."""

    file: Path | None = Field(None, description="GeoJSON of the district; the service cuts vector tiles from it.")
    style_url: str | None = Field(None, description="An outside MapLibre style instead (the page then asks outside).")
    style_origins: tuple[str, ...] = Field(
        (), description="Origins beside that of `style_url` that the style takes tiles, glyphs and sprites from."
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.file is not None and self.style_url is not None:
            raise ValueError("file and style_url exclude each other")
        return self

    @property
    def outside_origins(self) -> tuple[str, ...]:
        """Hosts that the page may ask for its map; none where the map is the service's own."""
        if self.style_url is None:
            return ()
        parts = urlsplit(self.style_url)
        return (f"{parts.scheme}://{parts.netloc}", *self.style_origins)


class PageSettings(Section):
    """How the page opens."""

    title: str = Field("BeiDou fleet", description="Title of the page.")
    center: tuple[float, float] = Field((114.93, 25.83), description="Longitude and latitude, degrees.")
    zoom: float = Field(12.0, ge=0, le=22, description="Zoom level.")
    bounds: tuple[float, float, float, float] | None = Field(
        None, description="West, south, east, north in degrees; goes before center and zoom."
    )
    demo: bool = Field(False, description="Whether the fleet is simulated; the page then says so.")


class LogFormat(StrEnum):
    """Form of a log line."""

    TEXT = "text"
    JSON = "json"


class LogSettings(Section):
    """The service's log, on standard error."""

    level: str = Field("info", pattern="^(debug|info|warning|error)$", description="debug, info, warning or error.")
    format: LogFormat = Field(LogFormat.TEXT, description="text = key=value, json = one object a line.")
    repeat_s: float = Field(10.0, ge=0, description="The same message is written once in so long, with a count, s.")


_HERE = {"host": "127.0.0.1", "port": 9000, "unknown": Unknown.ACCEPT}


class ServiceIngest(IngestSettings):
    """Where positions come in."""

    tcp: tuple[Listener, ...] = Field(
        (Listener.model_validate(_HERE),), description="TCP ports that terminals connect to."
    )
    udp: tuple[UdpListener, ...] = Field(
        (UdpListener.model_validate(_HERE),), description="UDP ports that terminals send to."
    )


class Settings(Section):
    """All settings."""

    http: HttpSettings = Field(default_factory=HttpSettings)
    auth: AuthSettings = Field(default_factory=AuthSettings)
    ingest: ServiceIngest = Field(default_factory=ServiceIngest)
    fleet: FleetSettings = Field(default_factory=FleetSettings)
    rtk: RtkSection = Field(default_factory=RtkSection)
    stream: StreamSettings = Field(default_factory=StreamSettings)
    frame: FrameSettings = Field(default_factory=FrameSettings)
    frames: FramesSettings = Field(default_factory=FramesSettings)
    roads: RoadsSettings = Field(default_factory=RoadsSettings)
    basemap: BasemapSettings = Field(default_factory=BasemapSettings)
    page: PageSettings = Field(default_factory=PageSettings)
    log: LogSettings = Field(default_factory=LogSettings)
