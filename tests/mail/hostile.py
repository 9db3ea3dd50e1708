"""Hostile texts that somebody could type into a header or an address, by family.

All characters are written as escapes, because the dangerous ones cannot be seen. `ADDRESSES` holds texts that
try to be several addresses, or none.
"""

from __future__ import annotations

from itertools import product

BCC = "Bcc: x@example.org"
CONTROLS = tuple(map(chr, [*range(0x20), *range(0x7F, 0xA0)]))
BREAKS = (
    "\n", "\r", "\r\n", "\n\r", "\n\n", "\r\r\n", "\r\n\r\n", "\r\n \r\n", "\x0b", "\x0c", "\x1c", "\x1d",
    "\x1e",
    "\x85", "\u2028", "\u2029",
)  # fmt: skip
BIDI = tuple("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
UNSEEN = tuple(
    "\u00ad\u034f\u115f\u1160\u17b4\u180b\u180e\u200b\u200c\u200d\u2060\u2061\u2064\u206a\u206f\u3164\ufe00\ufe0f"
    "\ufeff\uffa0\ufff9\ufffb\ufffc\ufffd\U0001d173\U000e0001\U000e0020\U000e007f\U000e0100"
)
NOBODYS = tuple("\u0378\ue000\ufdd0\ufffe\uffff\U0001fffe\U000f0000\U0010ffff")
# Their last byte, or their last byte in the standard library's escape, is a line end.
NEARLY_BREAKS = (
    "\u010a",
    "\u010d",
    "\u560d\u560a",
    "\u2424",
    "\u240d\u240a",
    "\uff0a",
    "\U0001f40a\U0001f40d",
)
PAYLOADS = ("=0A", "=0a", "=0D=0A", "=0D", "=00", "=E2=80=A8", "=C2=85", "_", "a", "", "=", "=ZZ", "\u00e5")

FAMILIES: dict[str, tuple[str, ...]] = {
    "a control in the middle": tuple(f"a{sign}b" for sign in CONTROLS),
    "a control at the start": tuple(f"{sign}a" for sign in CONTROLS),
    "a control at the end": tuple(f"a{sign}" for sign in CONTROLS),
    "a line end and a header": tuple(f"a{end}{BCC}" for end in BREAKS),
    "a line end and a fold": tuple(f"a{end}{space}{BCC}" for end, space in product(BREAKS, " \t")),
    "line ends alone": tuple(f"{end}{end}" for end in BREAKS),
    "nearly a line end": tuple(f"a{sign}{BCC}" for sign in NEARLY_BREAKS),
    "bidirectional": tuple(f"{before}{sign}gnp.exe" for sign in BIDI for before in ("", "a")),
    "unseen": tuple(f"{before}{sign}b" for sign in UNSEEN for before in ("", "a")),
    "nobody's sign": tuple(f"a{sign}b" for sign in NOBODYS),
    "half a sign": (
        "\ud800", "\udfff", "a\udc0ab", f"a\udc0d\udc0a{BCC}", f"a\udc85{BCC}", "a\ud83d", "\udca9a",
        "\ud83d \udca9", "\udce2\udc80\udca8", "\udcff\udcfe",
    ),
    "an encoded word": tuple(
        f"a {word} {BCC}"
        for payload in PAYLOADS
        for word in (f"=?utf-8?q?{payload}?=", f"=?UTF-8?Q?{payload}?=")
    ),
    "an encoded word, B": (
        f"=?utf-8?b?Cg==?={BCC}", f"=?UTF-8?B?DQo=?={BCC}", "=?utf-8?b?DQpCY2M6IHhAZXhhbXBsZS5vcmc=?=",
        "=?utf-8?B?AA==?=", "=?utf-8?b?Cg?=", "=?utf-8?b?!!!?=", "=?utf-8?b??=",
    ),
    "an encoded word's alphabet": tuple(
        f"a =?{charset}?{encoding}?=0A?={BCC}"
        for charset in (
            "us-ascii", "iso-8859-1", "ISO-8859-15", "utf-16", "utf-7", "unknown-8bit", "utf-8*sv", "none",
            "",
        )
        for encoding in "qB"
    ),
    "encoded words together": (
        "=?utf-8?q?a?= =?utf-8?q?=0ABcc:x?=", "=?utf-8?q?a?==?utf-8?q?=0ABcc:x?=",
        "=?utf-8?q?a?=\t=?utf-8?b?Cg==?=", "=?utf-8?q?a?=\r\n =?utf-8?q?=0A?=", "=?utf-8?q?=?utf-8?q?=0A?=?=",
        "=?utf-8?q?=3D=3Futf-8=3Fq=3F=0A=3F=3D?=", "=?utf-8?q?a?=, =?utf-8?q?b?=",
    ),
    "an encoded word in clothes": (
        '"=?utf-8?q?=0A?="', "(=?utf-8?q?=0A?=)", "<=?utf-8?q?=0A?=>", "a=?utf-8?q?=0A?=b",
        "x:=?utf-8?q?=0A?=;",
        "=?utf-8?q?=0A?=@example.org", "\\=?utf-8?q?=0A?=", "=?utf-8?q?=0A?=.=?utf-8?q?=0A?=",
    ),
    "a folded encoded word": (
        "=?utf-8?q?=0A\r\n ?=", "=?utf-8\r\n ?q?=0A?=", "=?utf-8?q\n?=0A?=", "=\r\n ?utf-8?q?=0A?=",
        "=?utf-8?q?=\r\n0A?=", "=?utf-8?q?a?\r\n =", "=? utf-8 ? q ? =0A ?=", "=?utf-8?q?a b =0A?=",
    ),
    "part of an encoded word": (
        f"=?utf-8?q?=0A{BCC}", f"=?utf-8?q?=0A?{BCC}", f"utf-8?q?=0A?={BCC}", "=?", "?=", "=?=", "=??=",
        "=???=",
        "=????=", "=?utf-8?=", "=?utf-8?q?=", "=?utf-8?x?=0A?=", "=?utf-8?q=0A?=", "=utf-8?q?=0A?=", "=0A=0D",
        "=?utf-8?q?=0A? =", "=\u200b?utf-8?q?=0A?=", "=?utf-8?q?=0A?\u200b=",
        "=\uff1futf-8\uff1fq\uff1f=0A\uff1f=",
    ),
    "the end of the message": (
        "a\r\n.\r\nMAIL FROM:<x@example.org>", "a\n.\n", "a\r.\r", "a\r\n.\n", "a\n.\r\n", ".", "..",
        "a\r\n\r\n.",
        "a\0.\r\n", "\r\n.\r\nQUIT\r\n",
    ),
    "written out": (
        f"a\\r\\n{BCC}", f"a%0d%0a{BCC}", f"a%0D%0A%20{BCC}", f"a&#13;&#10;{BCC}", f"a\\x0a{BCC}",
        f"a\\u000a{BCC}",
        f"a%E2%80%A8{BCC}", "{{ 7*7 }}", "%(subject)s", "${x}", "{0}",
    ),
    "a header's shape": (
        BCC, f"{BCC}, y@example.org", "Subject: a", ": a", "a: b: c", " a", "a ", "  ", "a  b",
        "To: x@example.org",
        "; charset=utf-7", 'a"; method="PUBLISH', "a; b=c", "*0*=utf-8''%0A", "a; name*=utf-8''%0D%0ABcc",
        "utf-8'en'%0A",
    ),
    "a line too long": (
        "a" * 77, "a" * 998, "a" * 999, "a" * 10_000, "a " * 5000, "\u00e5" * 5000, "\u00e5 a" * 2000,
        "a" + "\u0301" * 1000, "\U0001f46e" * 1000, "a," * 500, "=" * 1000, "?" * 1000, "=?" * 500,
        " " * 1000,
        ("a" * 70 + " ") * 20 + BCC, "a" * 896 + " " + BCC, "a" * 70 + "\u00e5 " + BCC,
    ),
    "quotes and brackets": (
        '"', '""', '"a', 'a"b"c', "\\", 'a\\"b', '\\"', "(", ")", "(a", "a(b)c", "<", ">", "<>", "a<b>", "a>",
        ">a<",
        "[a]", "a;b", "a:b", "a,b", ",", ";", ":", "@", "a@b", '"a" <x@example.org>', "a <x@example.org>, b",
        "undisclosed-recipients:;", "a: x@example.org, y@example.org;", "x@example.org", "=", "?", "a=b?c",
    ),
}  # fmt: skip

ADDRESSES: dict[str, tuple[str, ...]] = {
    "a list": (
        "a@example.org,b@example.org", "a@example.org, b@example.org", "a@example.org;b@example.org",
        "a@example.org b@example.org", "a@example.org\tb@example.org", ",a@example.org", "a@example.org,",
        "a@example.org,,b@example.org", "a@example.org|b@example.org", "a@example.org\u3001b@example.org",
        "a@example.org\uff0cb@example.org", "a@example.org\u00a0b@example.org",
    ),
    "a group": (
        "g: a@example.org;", "g:a@example.org,b@example.org;", "g:;", "a:b;", "undisclosed-recipients:;",
        '"g":a@example.org;', "a@example.org:b@example.org", "g: a@example.org", "a@example.org;",
    ),
    "quotes": (
        '"a"@example.org', '"a b"@example.org', '"a@b"@example.org', '"a,b@c"@example.org',
        '"a>b"@example.org',
        '"a\\"b"@example.org', '""@example.org', '"a@example.org', 'a"@example.org', "a@example.org\"",
        '"a@b',
        '"a\r\nb"@example.org', '"a" "b"@example.org', 'a."b"@example.org', "\\a@example.org",
    ),
    "comments": (
        "a(b)@example.org", "(b)a@example.org", "a@(b)example.org", "a@example.org(b)", "a@example.org (b)",
        "a(b@c)@example.org", "a@example.org(b, c@d.example.org)", "(a@example.org", "a)@example.org",
    ),
    "a route": (
        "@relay.example.org:a@example.org", "<@relay.example.org:a@example.org>", "@x,@y:a@example.org",
        "a%b.example@example.org", "a%b@example.org@relay.example.org", "b.example!a@example.org",
        "b!a", "a@b@example.org", "a@@example.org", "a@example.org@", "@example.org", "a@", "@", "a", "",
    ),
    "brackets": (
        "<a@example.org>", "<<a@example.org>>", "a@example.org>", "<a@example.org", "Carin <a@example.org>",
        "a@example.org> <b@example.org", "a@example.org>\r\nRCPT TO:<b@example.org", "a@example.org> SIZE=1",
        "a@example.org> NOTIFY=NEVER", "a@example.org BODY=8BITMIME", "a><b@example.org", "a@<example.org>",
        "<>",
    ),
    "spaces": (
        " a@example.org", "a@example.org ", "a @example.org", "a@ example.org", "a@example .org",
        "a b@example.org",
        "a@example.org\n", "a@example.org\r\n", "\na@example.org", "a@example.org\0", "\0a@example.org",
        "a\0@example.org", "a@exam\0ple.org", "a@example.org\0.evil.example", "a\t@example.org",
        "a\u3000@example.org",
    ),
    "dots and hyphens": (
        ".a@example.org", "a.@example.org", "a..b@example.org", "a@.example.org", "a@example.org.",
        "a@example..org",
        "a@-example.org", "a@example-.org", "a@example.org-", "a@-", "a@.", ".@example.org", "..@example.org",
        "a@xn--.org", "a@xn--a.org", "a@xn--zzzzzz99999.org", "a@example_x.org", "a@example.o_g", "a@org",
    ),
    "a literal": (
        "a@[127.0.0.1]", "a@[IPv6:::1]", "a@127.0.0.1", "a@[example.org]", "a@2130706433", "a@0x7f.1", "a@[]",
        "a@localhost", "a@example.org:25", "a@example.org/x", "a@example.org?bcc=b@example.org",
        "mailto:a@example.org",
    ),
    "another alphabet": (
        "a@ex\u0430mple.org", "\u0430@example.org", "\u00e5sa@example.org", "a@\u202eexample.org",
        "a@exam\u200bple.org",
        "a@example\u3002org", "a@example\uff0eorg", "a\uff20example.org", "a\ufe6bexample.org",
        "a@\u212aexample.org",
        "a@\uff45xample.org", "a@ex\u00adample.org", "a@example.org\u200e", "\ufeffa@example.org",
        "a@fa\u00df.example",
        "a@\u0438\u0432.example", "a@\u2488example.org", "a@exa\u0301mple.org",
        "a@\u00e5\u00e4\u00f6.example",
        "a@\u0661.example", "\uff41@example.org", "a@example.or\u0261", "a@\ud800.org", "\udc0a@example.org",
    ),
    "an encoded word": (
        "=?utf-8?q?a?=@example.org", "a@=?utf-8?q?example.org?=", "=?utf-8?q?a=40example.org?=",
        "=?utf-8?q?a=40b.example=3E=2C?=@example.org", "=?utf-8?b?YUBleGFtcGxlLm9yZw==?=@example.org",
        "=?x?q?=41=3E?=b@example.org", "a=?utf-8?q?=0A?=@example.org",
    ),
    "too long": (
        "a" * 65 + "@example.org", "a" * 300 + "@example.org", "a@" + "b" * 64 + ".org",
        "a@" + ".".join(["b" * 60] * 5) + ".org", "a@" + "b." * 130 + "org", "\u00e5" * 100 + "@example.org",
        "a@" + "\u00e5" * 60 + ".org", "a@example.org" + "," * 1000, "a" * 10_000,
    ),
}  # fmt: skip

# Line ends and invisible characters, refused wherever people's words reach a header.
NEVER_IN_A_LINE = (
    "a control in the middle", "a control at the start", "a control at the end", "a line end and a header",
    "a line end and a fold", "line ends alone", "bidirectional", "half a sign", "an encoded word",
    "an encoded word, B", "an encoded word's alphabet", "encoded words together",
    "an encoded word in clothes",
    "a folded encoded word",
)  # fmt: skip
NO_ADDRESS = ("a list", "a group", "quotes", "comments", "brackets", "spaces", "an encoded word")

HONEST = (
    "Åsa Öberg", "Björn-Erik Sjöström", "O'Connor", "D’Angelo", "Anna, Bengt och Carin",
    "Karin (porten)", "Nils & Lisa", "Familjen Löfgren/Åkesson", "Dr. Ek", "J. R. R. af Ugglas", "Alén",
    "von «Post»", '"Kalle" Svensson', "Måns \\ Li", "أمينة حسن",
    "عبد الله", "محمّد", "Xaawo Cabdi", "Cali Maxamed Jaamac",
    "Nguyễn Thị Minh", "Łukasz Wiśniewski", "Þorður", "Дмитрий",
    "王小明", "प्रिया", "Zoë", "e\u0301", "Ǆemal",
    "Träff med grannar", "Ändrad tid: 18.30–19.30!", "100 % säkert?", "50 = 50?", "Vem? = jag",
    "Pris: 20 kr; ta med kaffe", "Lampan i trapphus 3 – trasig", "Kulan invites: shir — Isniin",
    "تعاون الجيران: لقاء", "Fest 🎉👨\u200d👩\u200d👧!",
    "🇸🇪 välkommen", "Re: a@b?", "a" * 76, "Å" * 76, "A" * 300, "Å" * 300, "م" * 200,
    "Anna, Bengt, Carin, Dawit och alla de andra i porten, samt grannarna i huset intill",
    "Mycket lång rubrik om allt möjligt " * 6 + "slut",
)  # fmt: skip


def texts() -> list[tuple[str, str]]:
    """Return every hostile text once, with its family."""
    found = {text: family for kind in (ADDRESSES, FAMILIES) for family, many in kind.items() for text in many}
    return [(family, text) for text, family in found.items()]


def is_half_a_sign(text: str) -> bool:
    """Return True if the text holds a lone surrogate, which no encoding can represent."""
    return any("\ud800" <= sign <= "\udfff" for sign in text)
