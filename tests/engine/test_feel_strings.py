"""DMN 1.3, 10.3.4.3 (Table 70): string functions, with XPath's regular expressions."""

from __future__ import annotations

import pytest

from tests.engine.feel import check, lines

PLAIN = lines(r"""
substring("foobar", 3) ⇒ "obar"
substring("foobar", 3, 3) ⇒ "oba"
substring("foobar", -2, 1) ⇒ "a"
substring("foobar", -6) ⇒ "foobar"
substring("foobar", 6) ⇒ "r"
substring("foobar", 7) ⇒ null
substring("foobar", -7) ⇒ null
substring("foobar", 0) ⇒ null
substring("foobar", 3, 4) ⇒ "obar"
substring("foobar", 3, 5) ⇒ null
substring("foobar", -2, 3) ⇒ null
substring("foobar", 3, 3.8) ⇒ "oba"
substring("foobar", 2.5, 1) ⇒ null
substring("foobar", 1, 10 ** 99) ⇒ null
substring("foobar", 3, 0.9) ⇒ null
substring("foobar", 3, 0) ⇒ null
substring("foobar", 3, -1) ⇒ null
substring("foobar", "3") ⇒ null
substring(null, 1) ⇒ null
substring("\U01F40Eab", 2) ⇒ "ab"
substring("\uD83D\uDCA9ab", 1, 1) ⇒ "\U01F4A9"
string length("foo") ⇒ 3
string length("") ⇒ 0
string length("\U01F40Eab") ⇒ 3
string length(123) ⇒ null
string length(["foo"]) ⇒ 3
string length(["foo", "bar"]) ⇒ null
upper case("aBc4") ⇒ "ABC4"
lower case("aBc4") ⇒ "abc4"
upper case(null) ⇒ null
upper case(1) ⇒ null
substring before("foobar", "bar") ⇒ "foo"
substring before("foobar", "xyz") ⇒ ""
substring before("foobar", "o") ⇒ "f"
substring before("foobar", "") ⇒ ""
substring before("foobar", null) ⇒ null
substring after("foobar", "ob") ⇒ "ar"
substring after("", "a") ⇒ ""
substring after("foobar", "xyz") ⇒ ""
substring after("foobar", "") ⇒ "foobar"
substring after(null, "a") ⇒ null
contains("foobar", "of") ⇒ false
contains("foobar", "ob") ⇒ true
contains("foobar", "") ⇒ true
contains("foobar", 1) ⇒ null
starts with("foobar", "fo") ⇒ true
starts with("foobar", "of") ⇒ false
starts with(null, "a") ⇒ null
ends with("foobar", "r") ⇒ true
ends with("foobar", "R") ⇒ false
ends with("foobar", null) ⇒ null
string join(["a", "b", "c"], ", ") ⇒ "a, b, c"
string join(["a", "b", "c"]) ⇒ "abc"
string join(["a", "b", "c"], null) ⇒ "abc"
string join(["a", null, "c"], "-") ⇒ "a-c"
string join("a", "-") ⇒ "a"
string join([], "-") ⇒ ""
string join(["a", 1], "-") ⇒ null
string join(null, "-") ⇒ null
string join(["a", "b"], "/", "<", ">") ⇒ "<a/b>"
""")

# fn:matches, fn:replace and fn:tokenize of XPath, with the flags s, m, i and x
PATTERNS = lines(r"""
replace("bcbaa1a1", "(.)(?:.??)*\\1[^a]", "<$0>") ⇒ "bcb<aa1>a1"
replace("b", "((^b*))(?:.*?){1,}\\1(?:$.)??b", "x") ⇒ "x"
matches("a", "[\\1]") ⇒ null
matches("h", "(.)\\2") ⇒ null
matches("h", "(.)\\3") ⇒ null
matches("a", "\\1(a)") ⇒ null
matches("aa", "(a)\\1") ⇒ true
matches("ab", "(a)\\1") ⇒ false
matches("aA", "(a)\\1", "i") ⇒ true
matches("'x'", "(['\"]).*\\1") ⇒ true
matches("abcabc", "^(.*)\\1$") ⇒ true
matches("abcabd", "^(.*)\\1$") ⇒ false
matches("aa", "(a\\1)") ⇒ null
matches("abab", "(a)(b)\\1\\2") ⇒ true
replace("aabbc", "(.)\\1", "<$1>") ⇒ "<a><b>c"
replace("hello", "(l)\\1", "L") ⇒ "heLo"
split("a--b==c", "([-=])\\1") ⇒ ["a","b","c"]
matches("xabcxabc", "(a(b)c)x\\1$") ⇒ true
matches("aXbX", "a(X|Y)b\\1") ⇒ true
matches("aXbY", "a(X|Y)b\\1") ⇒ false
matches("b", "(a)?b\\1") ⇒ true
matches("aaaa", "^(a*)*\\1b$") ⇒ false
matches("a1a2", "(?:(a)\\d){2}\\1?") ⇒ true
matches("a2", "(a)\\12") ⇒ false
matches("aa2", "(a)\\12") ⇒ true
matches("x\nyy", "^(y)\\1", "m") ⇒ true
matches("a b a", "(a) b \\1", "x") ⇒ false
matches("a\na", "(a).\\1") ⇒ false
matches("a\na", "(a).\\1", "s") ⇒ true
replace("aabaa", "(a)\\1?", "<$0>") ⇒ "<aa>b<aa>"
replace("aaa", "(a)\\1??", "x") ⇒ "xxx"
replace("aa", "(a)?\\1*?", "x") ⇒ null
matches("a", "(a)\\1{2,1}") ⇒ null
matches("a", "(a)\\1**") ⇒ null
matches("a", "(a\\1") ⇒ null
matches("a", "(a)\\1)") ⇒ null
matches("aa", "a{,2}") ⇒ null
matches("a{", "a{") ⇒ null
matches("a}", "a}") ⇒ null
matches("a]", "a]") ⇒ null
matches("a]", "a\\]") ⇒ true
matches("a{x}", "a{x}") ⇒ null
matches("aaa", "a{2}{2}") ⇒ null
matches("aa", "a{2,}") ⇒ true
matches("b", "[a-c-e]") ⇒ null
matches("-", "[a-]") ⇒ true
matches("-", "[-a]") ⇒ true
matches("^", "[a^]") ⇒ true
matches("b", "[^a]") ⇒ true
matches("c", "[c-a]") ⇒ null
matches("a", "()a") ⇒ true
matches("a", "(a") ⇒ null
matches("a", "a)") ⇒ null
matches("a", "*a") ⇒ null
matches("a", "a|") ⇒ true
matches("a", "+") ⇒ null
matches("a", "a**") ⇒ null
matches("a", "\\b") ⇒ null
matches("a", "\\Z") ⇒ null
matches("a", "\\x61") ⇒ null
matches("a", "\\p{Foo}") ⇒ null
matches("a", "\\p{IsBasicLatin}") ⇒ true
matches("é", "\\P{IsBasicLatin}") ⇒ true
matches("α", "\\p{IsGreek}") ⇒ true
matches("€", "\\p{IsCurrencySymbols}") ⇒ true
matches("a", "\\p{IsFoo}") ⇒ null
matches("→", "\\p{IsArrows}") ⇒ true
matches("a", "\\p{L}") ⇒ true
matches("A", "\\p{Lu}") ⇒ true
matches("+", "\\p{Sm}") ⇒ true
matches("x", "[\\w-[a-w]]") ⇒ true
matches("a", "[\\w-[a-w]]") ⇒ false
matches("a", "[^b-[a]]") ⇒ false
matches("c", "[^b-[a]]") ⇒ true
matches("5", "[\\d-[5]]") ⇒ false
matches("4", "[\\d-[5]]") ⇒ true
matches("a", "[a-z-[^aeiou]]") ⇒ true
matches("b", "[a-z-[^aeiou]]") ⇒ false
matches("é", "[\\p{L}-[a-z]]") ⇒ true
matches("b", "[a-z-[a-m-[b]]]") ⇒ true
matches("hello world", "hello\ sworld", "x") ⇒ true
matches("helloworld", "hello world", "x") ⇒ true
matches("helloworld", "hello[ ]world", "x") ⇒ false
matches("hello world", "hello[\\] ]world", "x") ⇒ true
matches("foobar", "^fo*b") ⇒ true
matches("foobar", "o{3}") ⇒ false
matches("abc", "[a-c]+") ⇒ true
matches("a\nb", "a.b") ⇒ false
matches("a\nb", "a.b", "s") ⇒ true
matches("a\nb", "^b$") ⇒ false
matches("a\nb", "^b$", "m") ⇒ true
matches("ABC", "abc", "i") ⇒ true
matches("helloworld", "hello world", "x") ⇒ true
matches("hello world", "hello[ ]world", "x") ⇒ true
matches("a\nB", "A.b", "si") ⇒ true
matches("foo", "foo", "") ⇒ true
matches("foo", "foo", "p") ⇒ null
matches("foo", "foo", null) ⇒ true
matches("foo", "[a-") ⇒ null
matches("foo", "*") ⇒ null
matches("foo", "(?i)FOO") ⇒ null
matches("foo", null) ⇒ null
matches(null, "foo") ⇒ null
matches(1, "1") ⇒ null
matches("中文", "^\p{IsCJKUnifiedIdeographs}+$") ⇒ true
matches("Éa", "^\p{Lu}\p{L}$") ⇒ true
matches("_x-1", "^\i\c*$") ⇒ true
matches("1x", "^\i\c*$") ⇒ false
matches("hello", "^[a-z-[aeiou]]+$") ⇒ false
matches("rhythm", "^[a-z-[aeiou]]+$") ⇒ true
matches("5", "^[a-z\d-[5]]$") ⇒ false
matches("6", "^[a-z\d-[5]]$") ⇒ true
matches("é", "^[\p{L}\p{N}-[aeiou]]$") ⇒ true
matches("e", "^[\p{L}\p{N}-[aeiou]]$") ⇒ false
matches("-", "^[\p{L}\p{N}-[aeiou]]$") ⇒ false
matches("B", "^[\P{Lu}A-C-[b]]$") ⇒ true
matches("b", "^[\P{Lu}A-C-[b]]$") ⇒ false
matches("D", "^[\P{Lu}A-C-[b]]$") ⇒ false
matches("aa", "^([\w\s-[b]])\1$") ⇒ true
matches("a1", "^\w\d$") ⇒ true
matches("٣", "^\d$") ⇒ true
matches("a-b", "^[\w-]+$") ⇒ true
matches("a b", "^\S+\s\S+$") ⇒ true
matches("x", "^[^a-c]$") ⇒ true
matches("a]b", "a\]b") ⇒ true
replace("abcd", "(ab)|(a)", "[1=$1][2=$2]") ⇒ "[1=ab][2=]cd"
replace("abracadabra", "bra", "*") ⇒ "a*cada*"
replace("abracadabra", "a.*a", "*") ⇒ "*"
replace("abracadabra", "a.*?a", "*") ⇒ "*c*bra"
replace("abracadabra", "a", "") ⇒ "brcdbr"
replace("abracadabra", "a(.)", "a$1$1") ⇒ "abbraccaddabbra"
replace("abracadabra", ".*?", "$1") ⇒ null
replace("AAAA", "A+", "b") ⇒ "b"
replace("AAAA", "A+?", "b") ⇒ "bbbb"
replace("darted", "^(.*?)d(.*)$", "$1c$2") ⇒ "carted"
replace("ABC", "b", "x", "i") ⇒ "AxC"
replace("abc", "b", "$0$0") ⇒ "abbc"
replace("abc", "b", "\\$") ⇒ "a$c"
replace("abc", "b", "\\\\") ⇒ "a\\c"
replace("abc", "b", "$") ⇒ null
replace("abc", "b", "\\x") ⇒ null
replace("abc", "(b)", "$12") ⇒ "ab2c"
replace("abc", "(", "x") ⇒ null
replace("abc", "b", null) ⇒ null
split("John Doe", "\\s") ⇒ ["John", "Doe"]
split("a;b;c;;", ";") ⇒ ["a", "b", "c", "", ""]
split("abc", ";") ⇒ ["abc"]
split("a1b22c", "[0-9]+") ⇒ ["a", "b", "c"]
split("", ";") ⇒ [""]
split("abc", "") ⇒ null
split("abc", "x*") ⇒ null
split(null, ";") ⇒ null
split("a.b", ".") ⇒ ["", "", "", ""]
split("a.b", "\.") ⇒ ["a", "b"]
""")


@pytest.mark.parametrize(("expression", "expected"), PLAIN + PATTERNS)
def test_strings(expression, expected):
    check(expression, expected)
