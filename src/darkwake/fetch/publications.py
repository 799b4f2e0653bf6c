"""What can be downloaded: one row a publication, with its real addresses, its licence, and what it must look like.

Addresses as publishers and their users gave them in autumn 2026. None of them could be tried on the machine that this
was written on: where one has moved, the error names it, and a file that was downloaded by hand is taken as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from darkwake.errors import WrongUse


@dataclass(frozen=True, slots=True)
class Publication:
    """Something that a publisher offers under a stable address."""

    name: str
    """What the command calls it."""
    title: str
    publisher: str
    licence: str
    """What its publisher lets others do with it, in a few words; the publisher's own page decides."""
    kind: tuple[str, ...]
    """What the file must be read as; see sources.kind_of."""
    file: Callable[[date], str]
    """The name of the file, from the day asked for, or from today where the publication has no days."""
    newest: tuple[str, ...] = ()
    """Where the newest version lies, in the order in which they are tried; a later one where an earlier has nothing."""
    of_day: Callable[[date], tuple[str, ...]] | None = None
    """Where the file of a day lies; None where only the newest is published."""
    least_bytes: int = 1_000
    """Less than this is an error page, not the publication."""
    note: str = ""
    """What a user should know before."""


def _dma(day: date) -> tuple[str, ...]:
    # months until February 2024, days since; the running year lies at the root, earlier ones in their own folder
    host, before = "http://aisdata.ais.dk", "https://web.ais.dk/aisdata"
    return tuple(f"{place}/{_dma_file(day)}" for place in (host, f"{host}/{day:%Y}", before))


def _dma_file(day: date) -> str:
    return f"aisdk-{day:%Y-%m}.zip" if day < date(2024, 3, 1) else f"aisdk-{day:%Y-%m-%d}.zip"


def _noaa(day: date) -> tuple[str, ...]:
    return (f"https://coast.noaa.gov/htdata/CMSP/AISDataHandler/{day:%Y}/{_noaa_file(day)}",)


def _noaa_file(day: date) -> str:
    return f"ais-{day:%Y-%m-%d}.csv.zst" if day.year >= 2025 else f"AIS_{day:%Y_%m_%d}.zip"


_OPENSANCTIONS = "https://data.opensanctions.org/datasets"
_NON_COMMERCIAL = "CC BY-NC 4.0: free for work that is not commercial; a company needs OpenSanctions' licence"

PUBLICATIONS: tuple[Publication, ...] = (
    Publication(
        name="ofac-sdn",
        title="Specially Designated Nationals and Blocked Persons List",
        publisher="US Treasury, Office of Foreign Assets Control",
        licence="work of the US government, public domain in the US",
        kind=("ofac-sdn",),
        file=lambda day: f"ofac-sdn-{day}.xml",
        newest=(
            "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/SDN.XML",
            "https://www.treasury.gov/ofac/downloads/sdn.xml",
        ),
        least_bytes=1_000_000,
    ),
    Publication(
        name="us-csl",
        title="US Consolidated Screening List",
        publisher="US Department of Commerce, International Trade Administration",
        licence="work of the US government, public domain in the US",
        kind=("us-csl",),
        file=lambda day: f"us-csl-{day}.json",
        newest=("https://data.trade.gov/downloadable_consolidated_screening_list/v1/consolidated.json",),
        least_bytes=1_000_000,
    ),
    Publication(
        name="un",
        title="United Nations Security Council Consolidated List",
        publisher="United Nations",
        licence="United Nations; its terms of use are at www.un.org/en/about-us/terms-of-use",
        kind=("un-consolidated",),
        file=lambda day: f"un-{day}.xml",
        newest=("https://scsanctions.un.org/resources/xml/en/consolidated.xml",),
        least_bytes=100_000,
    ),
    Publication(
        name="eu",
        title="EU consolidated list of persons, groups and entities subject to financial sanctions",
        publisher="European Commission",
        licence="European Union; reuse with its source named (Decision 2011/833/EU)",
        kind=("eu-xml",),
        file=lambda day: f"eu-{day}.xml",
        newest=(
            "https://webgate.ec.europa.eu/fsd/fsf/public/files/xmlFullSanctionsList_1_1/content?token=dG9rZW4tMjAxNw",
        ),
        least_bytes=1_000_000,
        note="the token in the address is the one that the Commission publishes; some users were refused in 2026",
    ),
    Publication(
        name="uk",
        title="UK Sanctions List",
        publisher="UK Foreign, Commonwealth and Development Office",
        licence="Open Government Licence v3.0",
        kind=("uk-csv",),
        file=lambda day: f"uk-{day}.csv",
        newest=("https://sanctionslist.fcdo.gov.uk/docs/UK-Sanctions-List.csv",),
        least_bytes=100_000,
    ),
    Publication(
        name="opensanctions",
        title="OpenSanctions, collection of sanctions lists",
        publisher="OpenSanctions",
        licence=_NON_COMMERCIAL,
        kind=("opensanctions-ftm",),
        file=lambda day: f"opensanctions-{day}.entities.ftm.json",
        newest=(f"{_OPENSANCTIONS}/latest/sanctions/entities.ftm.json",),
        of_day=lambda day: (f"{_OPENSANCTIONS}/{day:%Y%m%d}/sanctions/entities.ftm.json",),
        least_bytes=1_000_000,
    ),
    Publication(
        name="opensanctions-maritime",
        title="OpenSanctions, vessels and maritime risks",
        publisher="OpenSanctions",
        licence=_NON_COMMERCIAL,
        kind=("opensanctions-ftm",),
        file=lambda day: f"opensanctions-maritime-{day}.entities.ftm.json",
        newest=(f"{_OPENSANCTIONS}/latest/maritime/entities.ftm.json",),
        of_day=lambda day: (f"{_OPENSANCTIONS}/{day:%Y%m%d}/maritime/entities.ftm.json",),
        least_bytes=100_000,
    ),
    Publication(
        name="dma",
        title="Historical AIS data of Danish waters",
        publisher="Danish Maritime Authority",
        licence="free of charge; Danish act on the re-use of public sector information, with its source named",
        kind=("dma-csv",),
        file=_dma_file,
        of_day=_dma,
        note="about 0.7 GB a day, sent without encryption; whole months before March 2024",
    ),
    Publication(
        name="noaa",
        title="AIS data of US waters (MarineCadastre)",
        publisher="NOAA Office for Coastal Management and BOEM",
        licence="work of the US government, public domain in the US",
        kind=("marinecadastre-csv",),
        file=_noaa_file,
        of_day=_noaa,
        note="about 0.3 GB a day",
    ),
    Publication(
        name="wpi",
        title="World Port Index (Pub. 150)",
        publisher="US National Geospatial-Intelligence Agency",
        licence="work of the US government, public domain in the US",
        kind=("world-port-index",),
        file=lambda day: f"world-port-index-{day}.csv",
        newest=("https://msi.nga.mil/api/publications/download?type=view&key=16920959/SFH00000/UpdatedPub150.csv",),
        least_bytes=100_000,
    ),
)
"""Everything that `darkwake fetch` knows besides the search of images."""


def named(name: str) -> Publication:
    """The publication of that name.

    Raises:
        WrongUse: there is none.
    """
    for one in PUBLICATIONS:
        if one.name == name:
            return one
    known = ", ".join(one.name for one in PUBLICATIONS)
    raise WrongUse(f"nothing is published as {name!r} here", to_do=f"Name one of: {known}, stac")
