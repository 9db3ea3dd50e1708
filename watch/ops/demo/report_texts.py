"""What the sample report says, in the words of officers."""

from __future__ import annotations

from watch.models import Theme

TEXTS = {
    Theme.SUMMARY: "Vi lovade att synas mer, att göra något åt de platser som kändes otrygga, och att starta "
    "grannsamverkan tillsammans med er som bor här.\n\nDet mesta är gjort. Fler kommer till mötena för varje "
    "gång. På Norrby är vi inte framme än.",
    Theme.PROMISES: "Löftet togs fram tillsammans med boende på de första mötena.",
    Theme.PLACES: "Tillsammans med boende, bostadsbolag och kommun valde vi ut de platser där flest kände "
    "sig otrygga. Åtgärderna ändrar platsen: ljus, lås, vägbommar och röjd sikt.",
    Theme.EST: "Polisen, kommunen och bostadsbolagen träffades varannan vecka. Personal skrev rapporter om "
    "vad de såg, och det ledde till gemensamma insatser på rätt plats.",
    Theme.OPERATIONS: "Åtta planerade insatser gjordes. De gällde synlighet kvällstid, trafik och "
    "narkotikahandel vid kända platser.",
    Theme.MEETINGS: "Åtta medborgarmöten hölls. Fler kom för varje gång. Det som togs upp oftast var "
    "belysning, mopedtrafik på gångvägar och återkoppling.",
    Theme.GROUPS: "I Hässleholmen och Boda finns grannsamverkan i flera fastigheter. Vi har hållit "
    "gemensamma träffar och informerat på plats.\n\nPå Norrby fanns ingen grupp när löftet gavs. Målet "
    "är att bilda grupper under de kommande två åren.",
    Theme.OUTREACH: "Vi knackade dörr tillsammans med volontärer och bostadsbolag. Vi berättade om "
    "grannsamverkan och lämnade material på flera språk.",
    Theme.INDICATORS: "Anmälda brott ökar ofta först när en grupp startar, för att fler ser och anmäler.",
    Theme.AHEAD: "Vi fortsätter med medborgarmöten varje vår och höst, och startar de första grupperna på "
    "Norrby.",
}  # fmt: skip
MEASURES = (  # which of the two years, month, area, spot, what, whose, what came of it
    (0, 3, "hassleholmen", "lighting", "Mörkt på gångvägen mot skolan.", "municipality",
     "Elva nya lampor."),
    (0, 5, "hassleholmen", "road", "Mopeder på gångvägen.", "municipality", "Vägbommar på båda sidor."),
    (0, 9, "boda", "cellar", "Olåsta källardörrar.", "landlord", "Nya lås i alla portar."),
    (1, 2, "norrby", "yard", "Höga buskar skymmer gården.", "landlord", "Buskarna är nedklippta."),
    (1, 4, "norrby", "lighting", "Släckta lampor vid torget.", "municipality", "Bytta till ledlampor."),
    (1, 10, "boda", "litter", "Skräp bakom miljörummet.", "landlord", None),
)  # fmt: skip
PROMISES = (  # areas, text, target, unit, outcome in numbers and words, result
    (("boda", "hassleholmen", "norrby"), "Vi bjuder in till medborgarmöten varje vår och höst.", 8,
     "möten", 8, "Åtta möten, och fler kom varje gång.", "kept"),
    (("boda", "hassleholmen", "norrby"), "Vi är synliga i områdena med planerade insatser.", 8, "insatser", 8,
     "Åtta insatser.", "kept"),
    (("hassleholmen", "boda"), "Vi gör något åt de platser som ni pekar ut som otrygga.", None, "", None,
     "Fem av sex platser är åtgärdade.", "partly"),
    (("norrby",), "Vi bildar grannsamverkan på Norrby.", 1, "grupp", 0,
     "Intresset finns, men ingen grupp har startat än.", "not_kept"),
)  # fmt: skip
OPERATIONS = (  # which of the two years, months, area, number, what
    (0, (3, 5), "hassleholmen", 2, "Synlighet kvällstid vid centrum"),
    (0, (9, 11), "norrby", 2, "Trafik och mopeder på gångvägar"),
    (1, (2, 4), "boda", 1, "Narkotikahandel vid en känd plats"),
    (1, (8, 10), "hassleholmen", 3, "Synlighet kvällstid tillsammans med fältgruppen"),
)  # fmt: skip
INDICATORS = (
    ("Andel som känner sig trygga i sitt område på kvällen", "58 %", "64 %", "Trygghetsmätning bland boende"),
    ("Anmälda skadegörelser", "71", "63", "Polisens statistik över anmälda brott"),
)  # fmt: skip
