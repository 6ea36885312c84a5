"""Named things, each defined once in a file of its own and found by scanning its package.

A layer, loss, optimizer, dataset or exporter is a frozen model: its fields are its hyperparameters (type, default,
bounds, help text). Everything that shows, checks, stores or exports one reads that single definition from here.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

DefinitionType = TypeVar("DefinitionType", bound="Definition")


class DefinitionError(ValueError):
    """A stored definition that cannot be read: an unknown type, an unknown hyperparameter or a value out of bounds."""


class Definition(BaseModel):
    """Something with a name and hyperparameters. The fields of a subclass *are* its hyperparameters.

    Attributes
    ----------
    key
        The name it is known by in files and on the command line. Defaults to the name of the class.
    label
        The name it is known by on screen. Defaults to `key`.
    category
        The group it is listed under.
    synonyms
        Other words that people search for it by.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    key: ClassVar[str] = ""
    label: ClassVar[str] = ""
    category: ClassVar[str] = ""
    synonyms: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if "key" not in cls.__dict__:
            cls.key = cls.__name__
        if "label" not in cls.__dict__:
            cls.label = cls.key

    @classmethod
    def summary(cls) -> str:
        """The first sentence of the docstring: what it is, in one line of plain text."""
        return (inspect.getdoc(cls) or "").split("\n\n")[0].replace("\n", " ").replace("`", "")

    @classmethod
    def hyperparameters(cls) -> tuple[Hyperparameter, ...]:
        """What a user may choose, in the order of definition; what few people change comes last."""
        found = [Hyperparameter(name, field) for name, field in cls.model_fields.items()]
        return tuple(sorted(found, key=lambda hyperparameter: hyperparameter.advanced))

    def to_json(self) -> dict[str, Any]:
        """The definition as JSON values: its `type` and every hyperparameter."""
        return {"type": self.key, **self.model_dump(mode="json")}

    def changed(self: DefinitionType, **changes: Any) -> DefinitionType:
        """A copy with some hyperparameters changed, validated as a new one would be.

        Raises
        ------
        DefinitionError
            If a name is unknown or a value is out of bounds.
        """
        return type(self).checked({**self.model_dump(), **changes})

    @classmethod
    def checked(cls: type[DefinitionType], values: Mapping[str, Any]) -> DefinitionType:
        """Build one from plain values, with an error in plain words.

        Raises
        ------
        DefinitionError
            If a name is unknown or a value is out of bounds.
        """
        try:
            return cls(**values)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            if first["type"] == "extra_forbidden":
                raise DefinitionError(f"{cls.key} has no hyperparameter called {where}.") from None
            reason = first["msg"].removeprefix("Value error, ")
            raise DefinitionError(f"{cls.key}: {where}: {reason[:1].lower()}{reason[1:]}.") from None


class Hyperparameter:
    """One field of a definition, as forms, manuals and the command line need it.

    Attributes
    ----------
    kind
        What sort of value it takes, hence which control edits it: "integer", "number", "switch", "choice", "shape"
        (a tuple of whole numbers), "sides" (such a tuple, of what is added at the sides), "numbers" (a tuple of
        numbers), "path" or "text".
    minimum, maximum
        Inclusive bounds, or None. `exclusive_minimum` says that the minimum itself is not allowed. Those of each number
        where there are several.
    length
        How many numbers a "shape" or "sides" always has, such as 2 for rows and columns; 0 if any number of them.
    choices
        The values of a "choice", otherwise empty.
    advanced
        Whether most people leave it as it is.
    """

    def __init__(self, name: str, field: FieldInfo) -> None:
        self.name = name
        self.label = field.title or name.replace("_", " ").capitalize()
        self.help = field.description or ""
        self.required = field.is_required()
        self.default = None if self.required else field.get_default(call_default_factory=True)
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        self.unit = str(extra.get("unit", ""))
        self.logarithmic = bool(extra.get("logarithmic", False))
        self.advanced = bool(extra.get("advanced", False))
        self.minimum: float | None = None
        self.maximum: float | None = None
        self.exclusive_minimum = False
        self.length, bounds_of_each = _several(field.annotation)
        for bound in (*field.metadata, *bounds_of_each):
            self.minimum = getattr(bound, "ge", getattr(bound, "gt", self.minimum))
            self.maximum = getattr(bound, "le", getattr(bound, "lt", self.maximum))
            self.exclusive_minimum = self.exclusive_minimum or hasattr(bound, "gt")
        self.kind, self.choices, self.optional = _kind(field.annotation, extra)


def _several(annotation: Any) -> tuple[int, tuple[Any, ...]]:
    """How many whole numbers a field always has, if several, and the bounds of each; 0 and none otherwise."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        annotation = next(member for member in typing.get_args(annotation) if member is not type(None))
    if typing.get_origin(annotation) is typing.Annotated:
        annotation = typing.get_args(annotation)[0]
    members = typing.get_args(annotation)
    if typing.get_origin(annotation) is not tuple or Ellipsis in members or len(set(members)) != 1:
        return 0, ()
    if typing.get_origin(members[0]) is not typing.Annotated:
        return (len(members), ()) if members[0] is int else (0, ())
    kind, *extras = typing.get_args(members[0])
    bounds = tuple(bound for extra in extras for bound in getattr(extra, "metadata", (extra,)))
    return (len(members), bounds) if kind is int else (0, ())


def _kind(annotation: Any, extra: Mapping[str, Any]) -> tuple[str, tuple[Any, ...], bool]:
    """The kind of control that a field's annotation asks for, its choices, and whether None is a legal value."""
    optional = False
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        members = [member for member in typing.get_args(annotation) if member is not type(None)]
        optional = len(members) < len(typing.get_args(annotation))
        annotation = members[0]
    if typing.get_origin(annotation) is typing.Annotated:
        annotation = typing.get_args(annotation)[0]
    if "kind" in extra:
        return str(extra["kind"]), (), optional
    origin = typing.get_origin(annotation)
    if origin is Literal:
        return "choice", typing.get_args(annotation), optional
    if origin is tuple:
        first = typing.get_args(annotation)[0]
        first = typing.get_args(first)[0] if typing.get_origin(first) is typing.Annotated else first
        return "numbers" if first is float else "shape", (), optional
    kinds = {bool: "switch", int: "integer", float: "number"}
    return kinds.get(annotation, "text"), (), optional


class Registry(Generic[DefinitionType]):
    """The definitions of one kind, found by importing every module of a package.

    Parameters
    ----------
    package
        The dotted name of the package to scan. Folders added to its `__path__` are scanned too.
    base
        The class whose concrete subclasses are collected.
    noun
        What one of them is called in messages.
    """

    def __init__(self, package: str, base: type[DefinitionType], noun: str = "") -> None:
        self._package, self._base, self._noun = package, base, noun or base.__name__.lower()
        self._found: dict[str, type[DefinitionType]] = {}
        self._scanned: set[str] = set()

    def scan(self) -> None:
        """Import the modules of the package that have not been seen yet and collect what they define."""
        package = importlib.import_module(self._package)
        for module_name in sorted(entry.name for entry in pkgutil.iter_modules(package.__path__)):
            if module_name in self._scanned:
                continue
            self._scanned.add(module_name)
            module = importlib.import_module(f"{self._package}.{module_name}")
            for value in vars(module).values():
                is_definition = isinstance(value, type) and issubclass(value, self._base)
                if is_definition and value.__module__ == module.__name__ and not inspect.isabstract(value):
                    self._found[value.key] = value

    def __getitem__(self, key: str) -> type[DefinitionType]:
        found = self._all()
        if key not in found:
            raise DefinitionError(f"There is no {self._noun} called {key!r}.")
        return found[key]

    def __contains__(self, key: object) -> bool:
        return key in self._all()

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def values(self) -> list[type[DefinitionType]]:
        """Every definition, in the order of module names."""
        return list(self._all().values())

    def from_json(self, values: object) -> DefinitionType:
        """Read a definition back from what `Definition.to_json` gave.

        Raises
        ------
        DefinitionError
            If `values` is not such an object, or names an unknown type or hyperparameter, or a value is out of bounds.
        """
        if not isinstance(values, dict) or not isinstance(values.get("type"), str):
            raise DefinitionError(f"A {self._noun} must be an object with a type.")
        hyperparameters = {name: value for name, value in values.items() if name != "type"}
        return self[values["type"]].checked(hyperparameters)

    def _all(self) -> dict[str, type[DefinitionType]]:
        if not self._scanned:
            self.scan()
        return self._found
