from federation.demo.towns.helsinki import HELSINKI
from federation.demo.towns.san_telmo import SAN_TELMO
from federation.demo.towns.vauclair import VAUCLAIR

COOPS = (HELSINKI, VAUCLAIR, SAN_TELMO)

__all__ = ["COOPS", "HELSINKI", "SAN_TELMO", "VAUCLAIR"]
