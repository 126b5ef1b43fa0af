"""From an OpenStreetMap extract: one archive of routing tiles.

routes.py SOURCE.osm.pbf WORK_FOLDER TILES.tar
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import valhalla
from valhalla.config import get_config


def main(source: str, work: str, archive: str) -> None:
    folder = Path(work)
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "tiles").mkdir(parents=True)
    config = get_config(tile_extract="", tile_dir=folder / "tiles", verbose=False)
    config["mjolnir"]["concurrency"] = 1
    config["mjolnir"]["tile_extract"] = str(folder / "tiles.tar")
    settings = folder / "valhalla.json"
    settings.write_text(json.dumps(config), encoding="utf-8")
    programs = Path(sys.executable).parent
    environment = {"PATH": f"{programs}:{os.environ['PATH']}"}  # the package looks its own programs up in PATH
    subprocess.run([programs / "valhalla_build_tiles", "-c", settings, source], check=True, env=environment)
    subprocess.run([programs / "valhalla_build_extract", "-c", settings, "-O"], check=True, env=environment)
    shutil.copyfile(folder / "tiles.tar", archive)
    sys.stdout.write(f"routing tiles made with Valhalla {valhalla.__version__}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
