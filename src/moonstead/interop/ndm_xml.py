"""Navigation messages in XML of CCSDS 505.0-B, with the line of every value.

Read with expat itself, as the tree builders of the standard library forget the lines. A document
type is refused: the standard has none, and entities in it could swell without end.
"""

from dataclasses import dataclass, field
from xml.parsers import expat

from moonstead.interop.ndm_blocks import Block, Field, Judge, RawOem, RawOpm, RawSegment
from moonstead.interop.ndm_keys import (
    ACCELERATION_KEYS,
    AXES,
    COVARIANCE_HEAD_KEYS,
    COVARIANCE_KEYS,
    OEM_META_KEYS,
    OPM_KEYS,
    STATE_UNITS,
    USER_DEFINED,
    header_keys,
)

_OPM_PARTS = {
    "stateVector": "state",
    "keplerianElements": "kepler",
    "spacecraftParameters": "spacecraft",
    "covarianceMatrix": "covariance",
    "maneuverParameters": "manoeuvre",
    "userDefinedParameters": "user",
}
_STATE_KEYS = ("EPOCH", *AXES)


@dataclass(slots=True)
class Node:
    """An XML element: its name, path, line, attributes, text and children."""

    name: str
    path: str
    line: int
    attributes: dict[str, str]
    texts: list[str] = field(default_factory=list)
    children: list["Node"] = field(default_factory=list)

    @property
    def place(self) -> str:
        """Where it stands, for people."""
        return f"line {self.line}, {self.path.lstrip('/')}"

    @property
    def text(self) -> str:
        """The text between the tags, without blanks around it."""
        return "".join(self.texts).strip()


def tree_of(data: bytes, judge: Judge) -> Node:
    """Return the root element.

    Raises
    ------
    InputError
        The file is no XML, or has a document type.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    top = Node("", "", 0, {})
    open_nodes = [top]

    def start(name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        path = f"{open_nodes[-1].path}/{local}"
        node = Node(local, path, parser.CurrentLineNumber, attributes)
        open_nodes[-1].children.append(node)
        open_nodes.append(node)

    def end(_name: str) -> None:
        open_nodes.pop()

    def text(value: str) -> None:
        open_nodes[-1].texts.append(value)

    def doctype(*_: object) -> None:
        judge.wrong(f"line {parser.CurrentLineNumber}", "<!DOCTYPE", "take the document type out")
        judge.stop_if_wrong()

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        judge.wrong(f"line {parser.CurrentLineNumber}", "", f"is no XML here: {error}")
        judge.stop_if_wrong()
    return top.children[0]


def raw_oem(data: bytes, judge: Judge) -> RawOem:
    """Read the elements of an OEM; what cannot be placed is told to the judge."""
    header, segments = _parts(tree_of(data, judge), "oem", judge)
    oem = RawOem(header)
    for node in segments:
        metadata, values = _named(node, ("metadata", "data"), judge)
        segment = RawSegment(_block(metadata, OEM_META_KEYS, judge))
        for child in values.children:
            if child.name == "COMMENT":
                segment.comments.append(child.text)
            elif child.name == "stateVector":
                segment.rows.append(_row(child, judge))
            elif child.name == "covarianceMatrix":
                keys = (*COVARIANCE_HEAD_KEYS, *COVARIANCE_KEYS)
                segment.covariances.append(_block(child, keys, judge))
            else:
                known = ["COMMENT", "stateVector", "covarianceMatrix"]
                judge.unknown(child.place, child.name, known)
        oem.segments.append(segment)
    return oem


def raw_opm(data: bytes, judge: Judge) -> RawOpm:
    """Read the elements of an OPM; what cannot be placed is told to the judge."""
    header, segments = _parts(tree_of(data, judge), "opm", judge)
    opm = RawOpm(header)
    if len(segments) > 1:
        judge.wrong(segments[1].place, "", "an OPM has one segment")
    metadata, values = _named(segments[0], ("metadata", "data"), judge)
    opm.blocks["metadata"] = _block(metadata, OPM_KEYS["metadata"], judge)
    comments = []
    for child in values.children:
        part = _OPM_PARTS.get(child.name)
        if child.name == "COMMENT":
            comments.append(child.text)
        elif part is None:
            judge.unknown(child.place, child.name, list(_OPM_PARTS))
        elif part == "manoeuvre":
            opm.manoeuvres.append(_block(child, OPM_KEYS[part], judge))
        elif part in opm.blocks:
            judge.wrong(child.place, "", "stands a second time")
        elif part == "user":
            opm.blocks[part] = _user_block(child, judge)
        else:
            opm.blocks[part] = _block(child, OPM_KEYS[part], judge)
    if "state" in opm.blocks:
        opm.blocks["state"].comments[:0] = comments
    return opm


def _parts(root: Node, kind: str, judge: Judge) -> tuple[Block, list[Node]]:
    version_key = f"CCSDS_{kind.upper()}_VERS"
    if root.name != kind:
        judge.wrong(root.place, root.name, f'the outermost element must be "{kind}"')
    elif root.attributes.get("id") != version_key:
        judge.wrong(root.place, root.attributes.get("id", ""), f'id must be "{version_key}"')
    judge.stop_if_wrong()
    version = root.attributes.get("version", "")
    header_node, body = _named(root, ("header", "body"), judge)
    header = _block(header_node, header_keys(version), judge)
    header.fields[version_key] = Field(f"{root.place}, version", version)
    for child in body.children:
        if child.name != "segment":
            judge.unknown(child.place, child.name, ["segment"])
    segments = [child for child in body.children if child.name == "segment"]
    if not segments:
        judge.wrong(body.place, "", "segment is missing")
    judge.stop_if_wrong()
    return header, segments


def _named(node: Node, names: tuple[str, str], judge: Judge) -> tuple[Node, Node]:
    """Return the two children that an element consists of."""
    found = {child.name: child for child in node.children}
    for child in node.children:
        if child.name not in names:
            judge.unknown(child.place, child.name, list(names))
        elif child is not found[child.name]:
            judge.wrong(found[child.name].place, "", "stands a second time")
    for name in names:
        if name not in found:
            judge.wrong(node.place, "", f"{name} is missing")
    judge.stop_if_wrong()
    return found[names[0]], found[names[1]]


def _block(node: Node, keys: tuple[str, ...], judge: Judge) -> Block:
    block = Block(node.place)
    for child in node.children:
        if child.name == "COMMENT":
            block.comments.append(child.text)
        elif child.name not in keys:
            judge.unknown(child.place, child.name, list(keys))
        elif child.children:
            judge.wrong(child.place, "", "must hold a value and no elements")
        else:
            unit = child.attributes.get("units", "")
            judge.put(block, child.name, Field(child.place, child.text, unit))
    return block


def _user_block(node: Node, judge: Judge) -> Block:
    block = Block(node.place)
    for child in node.children:
        if child.name == "COMMENT":
            block.comments.append(child.text)
        elif child.name != "USER_DEFINED" or "parameter" not in child.attributes:
            judge.wrong(child.place, child.name, 'must be <USER_DEFINED parameter="...">')
        else:
            key = USER_DEFINED + child.attributes["parameter"]
            judge.put(block, key, Field(child.place, child.text))
    return block


def _row(node: Node, judge: Judge) -> tuple[str, list[str]]:
    """Return a state in the order of a line of KVN; units may be told but not changed."""
    block = _block(node, (*_STATE_KEYS, *ACCELERATION_KEYS), judge)
    with_acceleration = any(key in block.fields for key in ACCELERATION_KEYS)
    for key in _STATE_KEYS + (ACCELERATION_KEYS if with_acceleration else ()):
        judge.text(block, key)
        value = block.fields.get(key)
        if value and value.unit and value.unit.lower() != STATE_UNITS.get(key, "").lower():
            judge.wrong(value.place, f"[{value.unit}]", f"must be in {STATE_UNITS.get(key, '')}")
    keys = (*_STATE_KEYS, *ACCELERATION_KEYS)
    return node.place, [block.fields[key].text for key in keys if key in block.fields]
