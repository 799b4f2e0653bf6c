"""An invented list in the shape of classic SDN XML: ships, a company and a person that do not exist."""

from __future__ import annotations

NAMESPACE = "http://tempuri.org/sdnList.xsd"
NEWER = "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/XML"


def vessel(number: int, name: str, *, ids: str = "", akas: str = "", info: str = "", remarks: str = "") -> str:
    return f"""  <sdnEntry>
    <uid>{number}</uid>
    <lastName>{name}</lastName>
    <sdnType>Vessel</sdnType>
    <remarks>{remarks}</remarks>
    <programList><program>EXAMPLE-1</program><program>EXAMPLE-2</program></programList>
    <idList>{ids}</idList>
    <akaList>{akas}</akaList>
    <vesselInfo>{info}</vesselInfo>
  </sdnEntry>
"""


def mark(kind: str, value: str) -> str:
    return f"<id><uid>1</uid><idType>{kind}</idType><idNumber>{value}</idNumber></id>"


def imo(value: str) -> str:
    return mark("Vessel Registration Identification", value)


def aka(text: str, kind: str = "a.k.a.", category: str = "strong") -> str:
    return f"<aka><uid>2</uid><type>{kind}</type><category>{category}</category><lastName>{text}</lastName></aka>"


STAR = vessel(
    101,
    "EXAMPLE STAR",
    ids=imo("IMO 1234567") + mark("Former Vessel Flag", "Malta") + mark("Example Paper No.", "X 1"),
    akas=aka("OLD EXAMPLE", "f.k.a.") + aka("STAR", category="weak"),
    info="<callSign>9XX 12</callSign><vesselType>Tug</vesselType><vesselFlag>St. Kitts &amp; Nevis</vesselFlag>"
    "<vesselOwner>EXAMPLE OWNER</vesselOwner><tonnage>1,234</tonnage>",
    remarks="(Linked To: EXAMPLE OWNER); MMSI 200000001",
)
STORM = vessel(102, "SNOWY EXAMPLE 1", ids=imo("IMO 7654329") + mark("MMSI", "200000002"))
FAULTY = vessel(103, "TYPED WRONG", ids=imo("IMO 1234576"))
COMPANY = """  <sdnEntry><uid>104</uid><lastName>EXAMPLE OWNER CO., LTD.</lastName><sdnType>Entity</sdnType>
    <idList><id><idType>Vessel Registration Identification</idType><idNumber>IMO 0000001</idNumber></id></idList>
    <addressList><address><uid>4</uid><country>Freedonia</country></address></addressList>
  </sdnEntry>
"""
PERSON = """  <sdnEntry><uid>105</uid><firstName>Jane Mary</firstName><lastName>EXAMPLESON</lastName>
    <sdnType>Individual</sdnType>
    <dateOfBirthList><dateOfBirthItem><dateOfBirth>circa 1900</dateOfBirth></dateOfBirthItem></dateOfBirthList>
  </sdnEntry>
"""
ENTRIES = (STAR, STORM, FAULTY, COMPANY, PERSON)


def xml(
    *entries: str, count: int | str | None = None, date: str = "02/03/2020", namespace: str = NAMESPACE, head: str = ""
) -> str:
    declared = len(entries) if count is None else count
    return f"""<?xml version="1.0" standalone="yes"?>
{head}<sdnList xmlns="{namespace}">
  <publshInformation><Publish_Date>{date}</Publish_Date><Record_Count>{declared}</Record_Count></publshInformation>
{"".join(entries)}</sdnList>
"""
