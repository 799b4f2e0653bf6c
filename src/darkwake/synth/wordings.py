"""How papers word it: clauses about happenings, and frames that say who says so. See retelling.py for the signs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

CLAUSES: Mapping[str, Sequence[str]] = {
    "departure": (
        "the {ship} {had}(left|sailed from|put out from) {port} {when} with {amount} (aboard|on board|in its holds)",
        "{amount} (were|had been) shipped (from|out of) {port} {when} aboard the {ship}",
        "a cargo of {amount} {had}left {port} {when} (aboard|on) the {ship}",
        "the {ship} {had}carried {amount} out of {port} {when}",
        "{when}, the {ship} {had}sailed from {port} for {to} with {amount}",
        "{firm} {had}shipped {amount} from {port} to {to} {when} aboard the {ship}",
        "the freighter {ship}, laden with {amount}, {had}left {port} for {to} {when}",
        "the {ship} {had}(left|sailed from) {port} (bound for|for) {to} with {amount} (aboard|in its holds)",
        "the {ship}, built in {built}, {had}(left|put out from) {port} {when} with {amount} (aboard|in its holds)",
        "{amount} (were|had been) shipped out of {port} aboard the {ship}",
        "the {ship} {had}carried {amount} from {port} to {to}",
        "the {ship} {had}(left|sailed from|put out from) {port} (bound for|for) {to} {when}",
    ),
    "delivery": (
        "the {ship} {had}(landed|discharged|unloaded) {amount} at {to} {when}",
        "the {ship} {had}(brought|delivered|carried) {amount} to {to} {when}",
        "{amount} (were|had been) (unloaded|discharged|landed) at {to} from the {ship} {when}",
        "{when}, dockers at {to} {had}unloaded {amount} from the {ship}",
        "a shipment of {amount} {had}(reached|arrived at) {to} {when} aboard the {ship}",
        "the {ship}, operated by {firm}, {had}landed {amount} at {to} {when}",
        "{firm} {had}delivered {amount} to {to} {when} aboard the {ship}",
        "the {ship} {had}(delivered|brought) {amount} to {to}",
        "{amount} {had}arrived at {to} aboard the {ship}",
        "{amount} (were|had been) (unloaded|landed) from the {ship} at {to}",
    ),
    "seizure": (
        "{who} {had}(seized|impounded|confiscated) {amount} aboard the {ship} at {port} {when}",
        "{amount} (were|had been) (seized|impounded|confiscated) by {who} from the {ship} {when}",
        "{when}, {who} {had}boarded the {ship} at {port} and impounded {amount}",
        "officers of {who} {had}(confiscated|seized) {amount} from the {ship} at {port} {when}",
        "{who} {had}(seized|impounded) {amount} from the {ship}",
        "{amount} (were|had been) (seized|impounded) from the {ship} by {who}",
        "{who} {had}confiscated {amount} found aboard the {ship}",
    ),
    "handover": (
        "the (captain|master) of the {ship} {had}handed {amount} over to {who} at {port} {when}",
        "{amount} (were|had been) (handed over|surrendered) to {who} by the crew of the {ship} {when}",
        "{when}, the {ship} {had}handed over {amount} to {who} of its own accord",
        "{firm} {had}(turned over|surrendered) {amount} from the {ship} to {who} {when}",
    ),
    "detention": (
        "{who} {had}(detained|stopped|held) the {ship} off {port} {when}",
        "the {ship} (was|had been) (detained|stopped|held) by {who} off {port} {when}",
        "{when}, {who} {had}(halted|stopped|detained) the {ship} as it (neared|approached) {port}",
        "a patrol boat of {who} {had}(stopped|intercepted) the {ship} off {port} {when}",
    ),
    "order": (
        "{firm} {had}(ordered|bought|purchased) {amount} from {maker} {when}",
        "{amount} (were|had been) (ordered|bought|purchased) by {firm} from {maker} {when}",
        "{maker} {had}(sold|agreed to sell) {amount} to {firm} {when}",
        "{when}, {firm} {had}placed an order for {amount} with {maker}",
    ),
    "equivalence": (
        "{load} (was|would be) enough for {amount}",
        "{load} (would suffice|would be sufficient) for {amount}",
        "with {load}, growers could dress {amount}",
        "{load} (is|was) enough to dress {amount}",
        "the cargo of the {ship}, {load}, (was|would be) enough for {amount}",
    ),
    "whole": (
        "the (whole|entire) cargo of the {ship} (was|had been) (unloaded|discharged) at {to} {when}",
        "all of the cargo of the {ship} (was|had been) (landed|unloaded) at {to} {when}",
        "{when}, the {ship} {had}(unloaded|discharged) its (whole|entire) cargo of {thing} at {to}",
    ),
    "part": (
        "only (part|half) of the cargo of the {ship} (was|had been) (unloaded|discharged) at {to} {when}",
        "{when}, the {ship} {had}unloaded only (a part|half) of its cargo of {thing} at {to}",
        "(barely half|no more than a part) of the cargo of the {ship} (was|had been) landed at {to} {when}",
    ),
    "total": (
        "the two shipments (together|taken together) (came to|amounted to|made) {amount}",
        "taken together, the two cargoes {had}amounted to {amount}",
        "the second cargo {had}brought the total shipped from {port} this year to {amount}",
        "in all, {amount} (were|had been) shipped from {port} (this year|since January)",
    ),
    "due": (
        "the {ship} (was|had been) (due|expected) at {to} within (a fortnight|three weeks)",
        "the next call of the {ship} (was|would be) {to}",
        "the {ship} would (put in|call) at {to} next",
    ),
    "crew": (
        "the {ship} had a crew of {crew}",
        "there were {crew} (seafarers|people) aboard the {ship}",
        "{crew} seafarers (were|had been) aboard the {ship}",
    ),
}

INDIRECT = (
    "{S} said {C}.", "{S} said that {C}.", "According to {S}, {C}.", "{C}, according to {S}.", "{C}, {S} said.",
    "{C}, said {S}.", "{S} told a news conference that {C}.", "{S} (confirmed|stated|announced) that {C}.",
    "In a statement, {S} said {C}.", "{S} (maintained|insisted|made it known) that {C}.",
    "{S} (confirmed|said) {rep} that {C}.", "Asked about the matter, {S} (said|replied) that {C}.",
    "But {S} said {C}.", "{C}, {S} was quoted as saying.",
)  # fmt: skip
TOLD_US = (
    "{S} told {O} that {C}.", "{C}, {S} told {O}.", "Speaking to {O}, {S} said {C}.", "{S} told {O} {rep} that {C}.",
    "In an interview with {O}, {S} said that {C}.",
)  # fmt: skip
TOLD_AGENCY = (
    "{S} told {A} that {C}.", "{S} told {A} {rep} that {C}.", "{C}, {S} told {A}.", "{S} told the news agency {A} {C}.",
)  # fmt: skip
VIA = (
    "{A} reported {rep}, citing {S}, that {C}.", "Citing {S}, {A} (reported|said) {rep} that {C}.",
    "{C}, {A} reported {rep}, citing {S}.", "According to {A}, which (quoted|cited) {S}, {C}.",
    "{A}, quoting {S}, said {C}.", "{C}, according to {A}, which cited {S}.",
    "{S} told {A} that {C}.", "A report by {A}, which cited {S}, said that {C}.",
)  # fmt: skip
VIA_ONLY = (
    "{A} reported {rep} that {C}.", "{C}, {A} reported {rep}.", "{C}, according to {A}.", "According to {A}, {C}.",
    "In a report published {rep}, {A} said {C}.", "As {A} reported {rep}, {C}.", "{C}, {A} said.",
    "{C}, according to a report by {A}.", "{C}, as {A} reported {rep}.", "A report by {A} (says|said) that {C}.",
)  # fmt: skip
DOCUMENT = (
    "{S} seen by {O} shows that {C}.", "{C}, according to {S} seen by {O}.",
    "{S} reviewed by {O} (states|shows) that {C}.", "According to {S} obtained by {O}, {C}.",
)  # fmt: skip
DIRECT = (
    "“{C},” {S} said.", "“{C},” said {S}.", "{S} said: “{C}.”", "“{C},” {S} told reporters.",
    "“<As far as we know>,” {S} said, “{C}.”", "“<From what we have been told>,” said {S}, “{C}.”",
    "“<I can tell you this much>,” {S} (said|told reporters). “{C}.”",
)  # fmt: skip
DIRECT_VIA = (
    "“{C},” {S} told {A}.", "“{C},” {A} quoted {S} as saying.", "{S} was quoted by {A} as saying: “{C}.”",
)  # fmt: skip
UNTRACED = (
    "It is understood that {C}.", "{C}, it is understood.", "It is thought that {C}.", "It has been reported that {C}.",
    "{C}, it has emerged.", "There are reports that {C}.", "Word in {port} is that {C}.",
)  # fmt: skip
WITNESS = (
    "{C}, a reporter for {O} at the scene (saw|observed).",
    "A reporter for {O} (on|standing on) the quay saw that {C}.",
    "{O}’s own reporter at the port (counted and|watched and) noted that {C}.",
)  # fmt: skip
PLAIN = ("{C}.",)
DENIAL = (
    "{S} denied that {C}.", "{S} (rejected|dismissed) (reports|claims|suggestions) that {C}.",
    "{S} said it was not true that {C}.", "{S} flatly denied {rep} that {C}.",
)  # fmt: skip
NON_DENIAL = (
    "{S} said (he|she) was not familiar with the situation.", "{S} declined to comment.",
    "{S} (did not answer|did not respond to) questions (from|put by) {O}.",
    "{S} would neither confirm nor deny the report.", "{S} said (he|she) had no information on the matter.",
)  # fmt: skip
MIXED = (
    "{S} said <the {ship} had been “{opinion}”>.", "{S} described <the voyage of the {ship} as “{opinion}”>.",
    "In the words of {S}, <the passage of the {ship} was “{opinion}”>.",
    "{S} (maintained|insisted) that <the {ship} had been “{opinion}”>.",
)  # fmt: skip
OPINIONS = ("handled by the book", "watched from start to finish", "perfectly ordinary", "in order throughout",
            "quite unremarkable")  # fmt: skip
FURTHER = ("Nobody at {port} was surprised.", "We shall publish the papers of the {ship} in due course.",
           "The people of {port} have a right to know.", "There is nothing more to add about the {ship}.")  # fmt: skip
"""The second sentence of a quotation that runs on."""
FILLER = (
    "{port} handles about {calls} ships a year.",
    "The weather off {port} stayed (calm|rough|foggy) for (much|most) of the week.",
    "The {ship} was built in {built} and flies the flag of {country}.",
    "{firm} employs {staff} people at its yard in {port}.",
    "The road from {port} to {to} runs along the coast of {country}.",
    "Prices of {thing} in {country} have hardly moved since the spring.",
    "{to} is the second port of {country}, after {port}.",
    "The {ship} is a familiar sight in {port}.",
    "{thing}, a dressing for orchards, is sold by {firm} in sacks.",
    "Few in {port} had heard of {firm} before.",
    "Fishermen in {to} say that they (have stopped counting|no longer count) the freighters.",
    "{country} has two customs offices, one in {port} and one in {to}.",
    "A spring tide is expected off {to} at the weekend.",
    "The harbour of {port} was (dredged|widened) in {built}.",
    "What becomes of the {thing} after {to} is not known.",
    "Growers in {country} have long used {thing} on their orchards.",
)
HEADLINES = (
    "{ship} at centre of questions over {thing}", "What is known of the {ship} and its cargo",
    "{thing}: questions in {port}", "{port} wakes up to the {ship}", "The voyage of the {ship}",
    "{firm} under scrutiny over {thing}",
)  # fmt: skip
CAPTIONS = (
    "The {ship} in an earlier year, off {port}.",
    "The quay of {port} on a quiet day.",
    "Sacks of {thing} in {to}.",
)
