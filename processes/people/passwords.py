"""Passwords: how they are kept and which ones are refused.

argon2id with 32 MiB and three passes, above the minimum of OWASP's table (19 MiB, two passes).
Hashing takes some 60 ms and never happens inside a transaction.
"""

from functools import lru_cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from engine.errors import InvalidInput

SHORTEST, LONGEST = 8, 128

_hasher = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)

#: Words everybody here would try first; refused alone or with digits around them.
_CONTEXT = ("huiyin", "gonghui", "longgang", "zonggonghui", "工会", "总工会", "龙岗", "回音")

#: Common passwords of published leaks, of eight characters or more, in lower case.
_COMMON = frozenset(Path(__file__).with_name("common_passwords.txt").read_text("utf-8").split())


def hashed(password: str) -> str:
    """Return the argon2id hash of a password, with its salt and parameters."""
    return _hasher.hash(password)


def matches(stored: str, password: str) -> bool:
    """Say whether the password belongs to the stored hash. Takes the same time either way."""
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def decoy() -> str:
    """Return a hash nobody's password has: what an unknown login is compared with."""
    return _hasher.hash("nobody's password, compared so that the clock tells nothing")


def check_strength(password: str, *, login: str = "", name: str = "") -> None:
    """Refuse a password that would be guessed. Any characters, no rules of composition.

    Raises:
        InvalidInput: with the reason at the field `password`.
    """
    reason = _weakness(password, login, name)
    if reason is not None:
        raise InvalidInput(reason, {"password": reason})


def _weakness(password: str, login: str, name: str) -> str | None:
    plain = password.casefold()
    if len(password) < SHORTEST:
        return f"密码至少 {SHORTEST} 个字符。"
    if len(password) > LONGEST:
        return f"密码最多 {LONGEST} 个字符。"
    if plain in _COMMON or len(set(plain)) < 4:
        return "这个密码太常见，容易被猜中，请换一个。"
    own = {_bare(word) for word in (*_CONTEXT, login, name)}
    if _bare(plain) in own - {""}:
        return "密码不能只是单位名、登录名或姓名加数字，请换一个。"
    return None


def _bare(word: str) -> str:
    """Return a word without the digits and signs people put around it."""
    return word.casefold().strip("0123456789!@#$%^&*._- ")
