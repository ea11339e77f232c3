/** Texts that programs are known to trip over; each must arrive as it was sent. */

const CODE_POINTS: readonly number[] = [
  // Controls, of which a header takes none and a terminal all.
  ...Array.from({ length: 0x20 }, (_, at) => at),
  ...Array.from({ length: 0x21 }, (_, at) => 0x7f + at),
  // White space, invisible letters, and those that turn the direction of a text.
  ...[0xa0, 0xad, 0x1680, 0x180e, 0x2000, 0x2007, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f],
  ...[0x2028, 0x2029, 0x202a, 0x202e, 0x202f, 0x205f, 0x2060, 0x2066, 0x2069, 0x3000, 0xfeff],
  // The edges of UTF-8's lengths, of the surrogates, and what Unicode keeps for nobody.
  ...[0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xfdd0, 0xfffd, 0xfffe, 0xffff, 0x10000, 0x10ffff],
];

const WORDS: readonly string[] = [
  ...["null", "undefined", "true", "NaN", "Infinity", "-0", "1e999", "0x7f", "[object Object]"],
  ...["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "$ref", "$said", "$"],
  ...[
    "{}",
    "[]",
    '"',
    "'",
    "`",
    "\\",
    "\\u0000",
    "\\ud800",
    "%00",
    "%s%n",
    "$\u007b7*7}",
    "{{7*7}}",
  ],
  ...[
    "<script>alert(1)</script>",
    "<!--",
    "]]>",
    "&amp;",
    "&#0;",
    "<?xml?>",
    "javascript:alert(1)",
  ],
  ...[
    "' OR '1'='1",
    "'; DROP TABLE users; --",
    "$(id)",
    "`id`",
    "; id",
    "| id",
    "&& id",
    "../../etc/passwd",
  ],
  ...[
    "file:///etc/passwd",
    "http://127.0.0.1:9/",
    "C:\\con\\con",
    "nul",
    "a\r\nX-Injected: 1",
    "a\r\n\r\nb",
  ],
  ...[
    "data: [DONE]",
    "data: {}\n\n",
    "event: error\ndata: x\n\n",
    ": comment",
    "id: 1\n",
    "retry: 0\n",
  ],
  ...[
    "</thinking>",
    "<|im_end|>",
    "<|endoftext|>",
    "[INST]",
    "System:",
    "Human: ",
    "\n\nAssistant:",
  ],
  ...[
    "ﬃ",
    "İi",
    "ß",
    "e\u0301",
    "é",
    "한국어",
    "日本語",
    "العربية",
    "שלום",
    "हिन्दी",
    "ไทย",
    "Ω",
    "℮",
  ],
  ...["👩‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👍🏿", "🇨🇭", "1️⃣", "Z͑ͫa̴l̵g̷o̶", "ʇxǝʇ", "𝕿𝖊𝖝𝖙", "ｆｕｌｌ", "\u202etxt.exe"],
];

export const AWKWARD_STRINGS: readonly string[] = [
  ...CODE_POINTS.flatMap((code) => {
    const letter = String.fromCodePoint(code);
    // Within a text, and at its edges, because it may be trimmed off there.
    return [`a${letter}b`, `${letter}a${letter}`];
  }),
  ...WORDS,
  "a".repeat(10_000),
  "🎉".repeat(2_000),
  "e\u0301".repeat(2_000),
  "\\".repeat(1_001),
];
