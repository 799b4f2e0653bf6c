"""Invented lists in the layouts of the other publishers: ships, companies and people that do not exist."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

# --- the UN's XML ---


def un_person(
    number: int, name: str, *, more: str = "", listed: str = "2001-02-03", programme: str = "Freedonia"
) -> str:
    first, _, second = name.partition(" ")
    return f"""    <INDIVIDUAL>
      <DATAID>{number}</DATAID>
      <FIRST_NAME> {first} </FIRST_NAME><SECOND_NAME>{second}</SECOND_NAME><THIRD_NAME/>
      <UN_LIST_TYPE>{programme}</UN_LIST_TYPE>
      <REFERENCE_NUMBER>FRi.{number} </REFERENCE_NUMBER>
      <LISTED_ON>{listed}</LISTED_ON>
      {more}
    </INDIVIDUAL>
"""


def un_entity(
    number: int, name: str, *, more: str = "", listed: str = "2001-02-03", programme: str = "Freedonia"
) -> str:
    return f"""    <ENTITY>
      <DATAID>{number}</DATAID><FIRST_NAME>{name}</FIRST_NAME><UN_LIST_TYPE>{programme}</UN_LIST_TYPE>
      <REFERENCE_NUMBER>FRe.{number}</REFERENCE_NUMBER><LISTED_ON>{listed}</LISTED_ON>{more}
    </ENTITY>
"""


def un(*people: str, entities: str = "", date: str = "2010-05-06T00:00:09.554Z", head: str = "") -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
{head}<CONSOLIDATED_LIST xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" dateGenerated="{date}">
  <INDIVIDUALS>
{"".join(people)}  </INDIVIDUALS>
  <ENTITIES>
{entities}  </ENTITIES>
</CONSOLIDATED_LIST>
"""


UN_MORE = """<COMMENTS1>Invented for a test.
 IMO number: 1234567.</COMMENTS1>
      <DESIGNATION><VALUE>Harbour master</VALUE></DESIGNATION>
      <NATIONALITY><VALUE>Freedonia</VALUE></NATIONALITY>
      <LAST_DAY_UPDATED><VALUE>2009-08-07</VALUE><VALUE>2004-03-02</VALUE></LAST_DAY_UPDATED>
      <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Jane Exampel; J. Example</ALIAS_NAME></INDIVIDUAL_ALIAS>
      <INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>The Jane</ALIAS_NAME></INDIVIDUAL_ALIAS>
      <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Jane Before</ALIAS_NAME><NOTE>previously listed as</NOTE>
      </INDIVIDUAL_ALIAS>
      <INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS>
      <INDIVIDUAL_ADDRESS><COUNTRY>Sylvania</COUNTRY></INDIVIDUAL_ADDRESS>
      <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>APPROXIMATELY</TYPE_OF_DATE><YEAR>1901</YEAR></INDIVIDUAL_DATE_OF_BIRTH>
      <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1902</FROM_YEAR><TO_YEAR>1904</TO_YEAR>
      </INDIVIDUAL_DATE_OF_BIRTH>
      <INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER> X 1</NUMBER>
        <ISSUING_COUNTRY>Sylvania</ISSUING_COUNTRY></INDIVIDUAL_DOCUMENT>
      <INDIVIDUAL_DOCUMENT/>
      <NAME_ORIGINAL_SCRIPT>Джейн</NAME_ORIGINAL_SCRIPT>"""

# --- the EU's XML and CSV ---


def eu_xml(*entities: str, date: str = "2010-05-06T10:11:12.013+02:00", head: str = "") -> str:
    return f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
{head}<export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="{date}" globalFileId="1">
{"".join(entities)}</export>
"""


EU_PERSON = """  <sanctionEntity designationDate="2001-02-03" euReferenceNumber="EU.1.1" logicalId="11">
    <remark>Invented for a test</remark>
    <regulation publicationDate="2001-02-04" programme="FRE" numberTitle="0000/2001"/>
    <subjectType code="person" classificationCode="P"/>
    <nameAlias wholeName="The Jane" strong="false" logicalId="1"/>
    <nameAlias firstName="Jane" middleName="Mary" lastName="EXAMPLESON" wholeName="" strong="true" logicalId="2"/>
    <nameAlias wholeName="Джейн" strong="true" nameLanguage="RU" logicalId="3"/>
    <citizenship countryIso2Code="00" countryDescription="FREEDONIA"/>
    <birthdate circa="true" birthdate="" year="1901"/>
    <birthdate circa="false" birthdate="1902-03-04"/>
    <identification identificationTypeCode="passport" identificationTypeDescription="National passport" number="X 1"
      countryDescription="SYLVANIA"/>
    <address countryDescription="SYLVANIA"/>
  </sanctionEntity>
"""
EU_SHIP = """  <sanctionEntity designationDetails="" euReferenceNumber="EU.2.2" logicalId="12">
    <subjectType code="enterprise" classificationCode="E"/>
    <nameAlias wholeName="EXAMPLE STAR" strong="true"/>
    <identification identificationTypeCode="imo" number="IMO 1234567"/>
  </sanctionEntity>
"""
EU_COLUMNS = (
    "fileGenerationDate", "Entity_LogicalId", "Entity_EU_ReferenceNumber", "Entity_DesignationDate", "Entity_Remark",
    "Entity_SubjectType", "Entity_SubjectType_ClassificationCode", "Entity_Regulation_PublicationDate",
    "Entity_Regulation_Programme", "NameAlias_LastName", "NameAlias_FirstName", "NameAlias_WholeName",
    "Address_CountryDescription", "BirthDate_BirthDate", "BirthDate_Circa", "Identification_Number",
    "Identification_TypeCode", "Identification_TypeDescription", "Citizenship_CountryDescription",
)  # fmt: skip


def table(columns: tuple[str, ...], rows: list[dict[str, str]], delimiter: str = ",", first: str = "") -> str:
    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"' if set(cell) & {delimiter, '"', "\n"} else cell

    lines = [delimiter.join(map(quoted, columns))]
    lines += [delimiter.join(quoted(row.get(column, "")) for column in columns) for row in rows]
    return "\n".join([*([first] if first else []), *lines, ""])


_EU_PERSON = {
    "fileGenerationDate": "06/05/2010", "Entity_LogicalId": "11", "Entity_EU_ReferenceNumber": "EU.1.1",
    "Entity_DesignationDate": "2001-02-03", "Entity_SubjectType_ClassificationCode": "person",
    "Entity_Regulation_PublicationDate": "2001-02-04", "Entity_Regulation_Programme": "FRE",
}  # fmt: skip
EU_ROWS = [
    _EU_PERSON | {"NameAlias_WholeName": "Jane EXAMPLESON", "Entity_Remark": "Invented; for a test"},
    _EU_PERSON | {"NameAlias_FirstName": "The", "NameAlias_LastName": "Jane"},
    _EU_PERSON | {"BirthDate_BirthDate": "1901", "BirthDate_Circa": "TRUE"},
    _EU_PERSON | {"Identification_Number": "X 1", "Identification_TypeDescription": "National passport"},
    {
        "fileGenerationDate": "06/05/2010", "Entity_LogicalId": "12", "Entity_SubjectType": "E",
        "NameAlias_WholeName": "EXAMPLE STAR", "Identification_Number": "1234567", "Identification_TypeCode": "imo",
    },
]  # fmt: skip


def eu_csv(rows: list[dict[str, str]] = EU_ROWS) -> str:
    return table(EU_COLUMNS, rows, ";")


# --- the UK's two tables ---

UK_COLUMNS = (
    "Last Updated", "Unique ID", "OFSI Group ID", "UN Reference Number", "Name 6", "Name 1", "Name 2", "Name type",
    "Alias strength", "Name non-latin script", "Regime Name", "Designation Type", "Other Information",
    "Address Country", "Date Designated", "D.O.B", "Nationality(/ies)", "Passport number", "Parent company",
    "IMO number", "Current owner/operator (s)", "Previous owner/operator (s)", "Current believed flag of ship",
    "Previous flags", "Type of ship", "Tonnage of ship", "Hull identification number (HIN)",
)  # fmt: skip
_UK_PERSON = {
    "Unique ID": "FRE0001", "OFSI Group ID": "9001", "Regime Name": "The Freedonia Regulations",
    "Last Updated": "04/05/2009", "Designation Type": "Individual", "Date Designated": "03/02/2001",
    "D.O.B": "dd/mm/1901", "Name non-latin script": "Джейн",
}  # fmt: skip
UK_ROWS = [
    _UK_PERSON | {"Name 6": "The Jane", "Name type": "Alias", "Alias strength": "Low"},
    _UK_PERSON | {"Name 6": "EXAMPLESON", "Name 1": "Jane", "Name 2": "Mary", "Name type": "Primary Name"},
    {
        "Unique ID": "FRE0002", "Name 6": "EXAMPLE STAR", "Name type": "Primary Name", "Designation Type": "Ship",
        "Regime Name": "The Freedonia Regulations", "Date Designated": "03/02/2002", "IMO number": "1234567",
        "Current owner/operator (s)": "EXAMPLE OWNER LTD; ANOTHER OWNER", "Previous owner/operator (s)": "FORMER OWNER",
        "Current believed flag of ship": "Malta", "Previous flags": "Panama", "Type of ship": "Tug",
        "Tonnage of ship": "99",
    },
    {"Unique ID": "FRE0003", "Name 6": "EXAMPLE OWNER LTD", "Name type": "Primary Name", "Designation Type": "Entity",
     "IMO number": "7654329", "Other Information": "Invented,\nfor a test"},
]  # fmt: skip
OFSI_COLUMNS = (
    "Name 6", "Name 1", "Name 2", "Title", "Name Non-Latin Script", "DOB", "Nationality", "Passport Number", "Country",
    "Other Information", "Group Type", "Alias Type", "Alias Quality", "Regime", "Listed On",
    "UK Sanctions List Date Designated", "Last Updated", "Group ID",
)  # fmt: skip
OFSI_ROWS = [
    {"Name 6": "EXAMPLESON", "Name 1": "Jane", "Group Type": "Individual", "Alias Type": "Primary name",
     "Regime": "Freedonia", "Listed On": "03/02/2001", "Group ID": "9001", "Passport Number": "X 1"},
    {"Name 6": "JANE", "Group Type": "Individual", "Alias Type": "AKA", "Alias Quality": "Low", "Group ID": "9001"},
]  # fmt: skip


def uk(rows: list[dict[str, str]] = UK_ROWS, first: str = "Report Date: 06-May-2010") -> str:
    return table(UK_COLUMNS, rows, first=first)


def ofsi(rows: list[dict[str, str]] = OFSI_ROWS, first: str = "Last Updated,06/05/2010") -> str:
    return table(OFSI_COLUMNS, rows, first=first)


# --- OFAC's legacy CSV set ---

OFAC = {
    "sdn.csv": '101,"EXAMPLE STAR","vessel","EX-1] [EX-2",-0- ,"9XX12","Tug","1234",-0- ,"Malta","EXAMPLE OWNER LTD.",'
    "\"Former Vessel Flag Panama; alt. Former Vessel Flag Tuvalu; a.k.a. 'STAR'; Vessel Registration Identification "
    'IMO 1234567; MMSI 200000001; Linked To: EXAMPLE OWNER LTD."\r\n'
    '102,"EXAMPLE OWNER LTD.",-0- ,"EX-1",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"Company Number IMO 7654329; National ID'
    ' No. 12 (Freedonia); all offices worldwide."\r\n'
    '105,"EXAMPLESON, Jane","individual","EX-1",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"DOB 01 Feb 1901; alt. DOB circa '
    '1902; nationality Freedonia; Passport X1 (Sylvania) issued 03 Apr 19"\r\n\x1a\r\n',
    "alt.csv": '101,7,"fka","OLD EXAMPLE",-0- \r\n105,8,"aka","EXAMPEL, Jane",-0- \r\n\x1a\r\n',
    "add.csv": '101,1,-0- ,-0- ,-0- ,-0- \r\n102,2,"1 Example Street","Exampletown","Freedonia",-0- \r\n\x1a\r\n',
    "sdn_comments.csv": '105,"25; Linked To: EXAMPLE OWNER LTD."\r\n',
}


def zipped(path: Path, parts: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2010, 5, 6, 0, 0, 0)), text)
    return path


# --- the US consolidated list and OpenSanctions as JSON ---

CSL_SHIP: dict[str, Any] = {
    "id": "a", "source": "Specially Designated Nationals (SDN) - Treasury Department", "entity_number": 101,
    "type": "Vessel", "programs": ["EX-1"], "name": "EXAMPLE STAR", "alt_names": ["OLD EXAMPLE"], "call_sign": "9XX12",
    "vessel_flag": "Malta", "vessel_owner": "EXAMPLE OWNER LTD.", "remarks": "(Linked To: EXAMPLE OWNER LTD.)",
    "ids": [{"type": "Vessel Registration Identification", "number": "IMO 1234567", "country": None}],
    "addresses": [{"country": "MT"}], "dates_of_birth": None, "start_date": "2001-02-03", "source_list_url": "x",
}  # fmt: skip
CSL_BUYER: dict[str, Any] = {
    "source": "Entity List (EL) - Bureau of Industry and Security", "name": "Example Buyer", "type": None,
    "federal_register_notice": "00 FR 1", "license_requirement": "For all items",
}  # fmt: skip


def csl(*results: Any, indent: int | None = None, **more: Any) -> str:
    return json.dumps(
        {"results": list(results), "search_performed_at": "2010-05-06T00:00:00+00:00", **more}, indent=indent
    )


def ftm(id_: str, schema: str, properties: dict[str, list[Any]], **more: Any) -> dict[str, Any]:
    said = {"caption": str(next(iter(properties.get("name", [id_])))), "datasets": ["made"], "target": False}
    return {"id": id_, "schema": schema, "properties": properties, "last_seen": "2010-05-06T07:08:09", **said, **more}


STAR: dict[str, list[Any]] = {
    "name": ["MV EXAMPLE STAR", "EXAMPLE STAR"], "weakAlias": ["STAR"], "previousName": ["OLD EXAMPLE"],
    "imoNumber": ["IMO1234567"], "mmsi": ["200000001"], "flag": ["mt"], "topics": ["mar.shadow", "sanction"],
}  # fmt: skip
OWNER: dict[str, list[Any]] = {"name": ["EXAMPLE OWNER LTD."], "jurisdiction": ["mt"]}
MEASURE: dict[str, list[Any]] = {"program": ["EX-1"], "startDate": ["2001-02-03"], "reason": ["Invented for a test"]}


def ftm_flat() -> str:
    lines = [
        ftm("m1", "Sanction", MEASURE | {"entity": ["v1"]}),
        ftm("v1", "Vessel", STAR, target=True, caption="EXAMPLE STAR"),
        ftm("o1", "Company", OWNER),
        ftm("own1", "Ownership", {"owner": ["o1"], "asset": ["v1"]}),
        ftm("s1", "Security", {"name": ["A BOND"]}),
    ]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def ftm_nested() -> str:
    owned = ftm("own1", "Ownership", {"owner": [ftm("o1", "Company", OWNER)], "asset": ["v1"]})
    inside = STAR | {"sanctions": [ftm("m1", "Sanction", MEASURE)], "ownershipAsset": [owned]}
    return json.dumps(ftm("v1", "Vessel", inside, target=True, caption="EXAMPLE STAR")) + "\n"
