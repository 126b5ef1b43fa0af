# One image for every program of an instance: pages, live streams, worker, beat, and the commands of an operator.
# The same lock file as bin/dev, with hashes; nothing is compiled (two packages come as plain Python source), and the program runs as a user that owns nothing but /data.

FROM python:3.13-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements.lock /build/requirements.lock
RUN /venv/bin/pip install --require-hashes --only-binary :all: --no-binary http-ece,odfpy -r /build/requirements.lock && /venv/bin/python -m compileall -q /venv/lib

FROM python:3.13-slim-bookworm AS run
# Pango draws the PDF statements; PostgreSQL's own programs make and read the backups.
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 postgresql-client \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --system --gid 10001 coop \
 && useradd --system --uid 10001 --gid coop --home-dir /data --shell /usr/sbin/nologin coop \
 && mkdir -p /data /backups && chown coop:coop /data /backups
COPY --from=build /venv /venv
WORKDIR /app
COPY . /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data STATIC_ROOT=/app/static-collected PORT=8000
# Collecting needs settings but no secret: this key lives for one command and is nowhere in the image.
RUN python bin/_po.py \
 && python -m compileall -q coopdelivery federation collectives orders dispatch \
 && DJANGO_SECRET_KEY=only-while-the-image-is-built DATA_DIR=/tmp/build python manage.py collectstatic --no-input \
 && rm -rf /tmp/build
USER coop
VOLUME /data
EXPOSE 8000 8001
HEALTHCHECK --interval=15s --timeout=5s --start-period=40s CMD ["python", "bin/probe", "http://127.0.0.1:8000/health/"]
CMD ["gunicorn", "coopdelivery.wsgi", "--bind", "0.0.0.0:8000", "--workers", "4", "--timeout", "60", "--worker-tmp-dir", "/dev/shm", "--access-logfile", "-"]

# The proxy, as a user too; its volumes take over who owns these folders.
FROM caddy:2-alpine AS proxy
RUN adduser -S -u 10002 -G nogroup proxy && chown -R 10002 /data /config
USER 10002

# What `docker build .` makes when no target is named.
FROM run
