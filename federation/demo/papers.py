"""Files for the demo: papers of the register as PDF, pictures of doorsteps. Drawn, so that nobody's paper or door is shown."""

from io import BytesIO
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

A5 = (595, 842)
INK, LINE, WHITE = "#1b1b1b", "#b9b4a8", "#ffffff"
WALLS = ("#c9b79c", "#a9b7b0", "#b8a7a0", "#9fb0bf", "#c2b8a3")
DOORS = ("#7a2e4d", "#2b459f", "#3d6b4f", "#8a4b0f", "#4a4a4a")


def paper(collective: str, title: str) -> SimpleUploadedFile:
    """One page with a title and lines for text."""
    page = Image.new("RGB", A5, WHITE)
    pen = ImageDraw.Draw(page)
    pen.text((60, 70), collective, fill=INK, font_size=16)
    pen.text((60, 110), title, fill=INK, font_size=20)
    pen.text((60, 150), "Demo paper: invented, proves nothing.", fill=INK, font_size=12)
    for row in range(24):
        pen.line((60, 200 + row * 22, 535 - row * 37 % 90, 200 + row * 22), fill=LINE, width=2)
    file = BytesIO()
    page.save(file, "PDF")
    return SimpleUploadedFile("paper.pdf", file.getvalue(), content_type="application/pdf")


def doorstep(random: Random) -> bytes:
    """A parcel in front of a door, as JPEG."""
    picture = Image.new("RGB", (640, 480), random.choice(WALLS))
    pen = ImageDraw.Draw(picture)
    left = random.randrange(180, 300)
    pen.rectangle((0, 400, 640, 480), fill="#8d8778")
    pen.rectangle((left, 90, left + 170, 400), fill=random.choice(DOORS), outline=INK, width=3)
    pen.ellipse((left + 142, 240, left + 156, 254), fill="#d9c36a")
    side = random.randrange(70, 120)
    pen.rectangle((left + 60, 430 - side, left + 60 + side, 430), fill="#c79a5b", outline=INK, width=2)
    pen.line((left + 60, 430 - side // 2, left + 60 + side, 430 - side // 2), fill="#a87c42", width=6)
    file = BytesIO()
    picture.save(file, "JPEG", quality=70)
    return file.getvalue()
