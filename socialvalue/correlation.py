"""Which parameters go up and down together? Groups with a rank correlation, kept by reordering."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from socialvalue.errors import SettingsError

_ROUNDING = 1e-10


@dataclass(frozen=True)
class CorrelationGroup:
    """A named set of parameters and how closely their ranks go together.

    Parameters
    ----------
    name : str
        What they have in common, such as ``wages``.
    members : sequence of str or int
        The parameters, by name or by place among the spreads.
    correlation : float or array
        Spearman's rank correlation: one number for every pair, or a symmetric matrix with ones on
        its diagonal, in the order of ``members``. [-1, 1]

    Raises
    ------
    SettingsError
        If the numbers are no correlations, or cannot hold all at once.

    Examples
    --------
    >>> CorrelationGroup("wages", ["teacher", "nurse"], 0.8).matrix.tolist()
    [[1.0, 0.8], [0.8, 1.0]]
    """

    name: str
    members: Sequence[str | int]
    correlation: Any

    def __post_init__(self) -> None:
        object.__setattr__(self, "members", tuple(self.members))
        size = len(self.members)
        if isinstance(self.correlation, str) or size < 2 or len(set(self.members)) < size:
            raise self.wrong("name two members or more, each once, and their correlation.")
        matrix = self.matrix
        if matrix.shape != (size, size):
            raise self.wrong(f"its matrix is not {size} x {size}, a row and column a member.")
        if not np.isfinite(matrix).all() or (np.abs(matrix) > 1).any():
            raise self.wrong("a correlation is a number from -1 to 1.")
        if not np.allclose(matrix, matrix.T, atol=_ROUNDING) or (np.diag(matrix) != 1).any():
            raise self.wrong("its matrix is not symmetric with ones on the diagonal.")
        self._check_together(matrix)

    @property
    def matrix(self) -> np.ndarray:
        """The rank correlation of every pair of members."""
        matrix = np.asarray(self.correlation, dtype=float)
        if matrix.ndim == 0:
            matrix = np.full((len(self.members),) * 2, float(matrix))
            np.fill_diagonal(matrix, 1.0)
        return matrix

    def _check_together(self, matrix: np.ndarray) -> None:
        if np.linalg.eigvalsh(normal_correlation(matrix)).min() >= -_ROUNDING:
            return
        lowest = 6 / np.pi * np.arcsin(-1 / (len(matrix) - 1) / 2)
        alike = np.ptp(matrix[~np.eye(len(matrix), dtype=bool)]) == 0
        limit = (
            f" {len(matrix)} members alike can have {lowest:.3f} at the lowest." if alike else ""
        )
        raise self.wrong(
            "these correlations cannot hold all at once (the matrix is not positive "
            f"semi-definite).{limit} Bring them closer to nought, or to each other."
        )

    def wrong(self, why: str) -> SettingsError:
        """An error that names the group."""
        return SettingsError(f"Correlation group {self.name!r}: {why}")


def normal_correlation(rank_correlation: np.ndarray) -> np.ndarray:
    """Correlation of normal scores that gives ranks the correlation asked for.

    References
    ----------
    Pearson, K. (1907), On further methods of determining correlation: r = 2 sin(pi rho / 6).

    Examples
    --------
    >>> normal_correlation(np.array(1.0)).round(6)
    np.float64(1.0)
    """
    return 2 * np.sin(np.pi * np.asarray(rank_correlation) / 6)


def correlated(shares: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """The same shares in another order in each column, so that their ranks go together.

    Parameters
    ----------
    shares : ndarray
        draws x members, independent, strictly between 0 and 1.
    matrix : ndarray
        Rank correlation of the members.

    Returns
    -------
    ndarray
        Each column holds just the values it held before: a Latin hypercube stays one. The scores
        that order them are the draws' own, so that what is even about them is kept where it can be.

    Raises
    ------
    SettingsError
        If there are too few draws to order.

    References
    ----------
    Iman, R. and Conover, W. (1982), A distribution-free approach to inducing rank correlation among
    input variables, Communications in Statistics B11(3).

    Examples
    --------
    >>> shares = np.random.default_rng(1).random((1_000, 2))
    >>> together = correlated(shares, np.ones((2, 2)))
    >>> bool((together[:, 0].argsort() == together[:, 1].argsort()).all())
    True
    """
    from scipy.special import ndtri

    score = ndtri(shares)
    score -= score.mean(axis=0)
    try:
        if len(score) <= score.shape[1]:
            raise np.linalg.LinAlgError
        by_chance = np.linalg.cholesky(np.atleast_2d(np.corrcoef(score, rowvar=False)))
    except np.linalg.LinAlgError as error:
        raise SettingsError(
            f"{len(shares)} draws are too few to correlate {shares.shape[1]} parameters. Take more."
        ) from error
    # What the draws are correlated by chance is taken out before what is asked for is put in.
    apart = np.linalg.solve(by_chance, (score / score.std(axis=0)).T).T
    sizes, directions = np.linalg.eigh(normal_correlation(matrix))
    wanted = apart @ (directions * np.sqrt(np.maximum(sizes, 0.0))) @ directions.T
    ordered = np.empty_like(shares)
    for column, ranks in enumerate(wanted.T):
        ordered[np.argsort(ranks, kind="stable"), column] = np.sort(shares[:, column])
    return ordered


def check_groups(
    groups: Sequence[CorrelationGroup], fixed: Sequence[bool], names: Sequence[str]
) -> list[tuple[np.ndarray, list[int]]]:
    """Correlations of each group's members that vary, with their places.

    Parameters
    ----------
    groups : sequence of CorrelationGroup
    fixed : sequence of bool
        Whether each parameter is fixed.
    names : sequence of str
        Names of the parameters, or none.

    Returns
    -------
    list of tuple of ndarray and list of int
        A group of which fewer than two members vary is left out; `still_members` refuses it.

    Raises
    ------
    SettingsError
        If a member is no parameter, or belongs to two groups.

    Examples
    --------
    >>> wages = CorrelationGroup("wages", ["teacher", "nurse", "cook"], 0.5)
    >>> check_groups([wages], [False, True, False], ["teacher", "nurse", "cook"])[0][1]
    [0, 2]
    """
    place: dict[Any, int] = {name: i for i, name in enumerate(names)}
    place |= {i: i for i in range(len(fixed))}
    taken: dict[int, str] = {}
    found = []
    for group in groups:
        for member in group.members:
            if member not in place:
                raise SettingsError(
                    f"Correlation group {group.name!r}: there is no parameter {member!r}."
                )
            if place[member] in taken:
                raise SettingsError(
                    f"{member!r} is in the correlation groups {taken[place[member]]!r} and "
                    f"{group.name!r}: a parameter belongs to one. Join the groups with a matrix."
                )
            taken[place[member]] = group.name
        varying = [i for i, member in enumerate(group.members) if not fixed[place[member]]]
        if len(varying) > 1:
            positions = [place[group.members[i]] for i in varying]
            found.append((group.matrix[np.ix_(varying, varying)], positions))
    return found


def still_members(
    groups: Sequence[CorrelationGroup], fixed: Sequence[bool], names: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Members that stand still, by the name of their group: nothing can go up and down with them.

    Parameters
    ----------
    groups : sequence of CorrelationGroup
    fixed : sequence of bool
        Whether each parameter is fixed.
    names : sequence of str
        Names of the parameters.

    Returns
    -------
    dict of str to tuple of str
        Groups all of whose members move are not in it.

    Raises
    ------
    SettingsError
        If a member is no parameter or belongs to two groups, two groups have one name, or fewer
        than two members of a group move: it would correlate nothing.

    Examples
    --------
    >>> wages = CorrelationGroup("wages", ["teacher", "nurse", "cook"], 0.5)
    >>> still_members([wages], [False, True, False], ["teacher", "nurse", "cook"])
    {'wages': ('nurse',)}
    """
    check_groups(groups, fixed, names)
    titles = [group.name for group in groups]
    if len(set(titles)) < len(titles):
        twice = next(title for title in titles if titles.count(title) > 1)
        raise SettingsError(f"Two correlation groups are called {twice!r}: name each its own.")
    place: dict[Any, int] = {name: i for i, name in enumerate(names)}
    place |= {i: i for i in range(len(fixed))}
    found = {}
    for group in groups:
        places = [place[member] for member in group.members]
        still = tuple(names[each] for each in places if fixed[each])
        if len(places) - len(still) < 2:
            one = "one of its members moves" if len(still) < len(places) else "no member moves"
            raise group.wrong(
                f"{one}, so it correlates nothing. No spread is stated for "
                f"{', '.join(map(repr, still))}: state one in spreads or grades, or leave the "
                "group out."
            )
        if still:
            found[group.name] = still
    return found
