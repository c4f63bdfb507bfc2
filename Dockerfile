# Luotsi in one image: `docker build -t luotsi:0.1.0 .`; the same image is web, worker, Beat and command line.
# Base images are pinned by version: raise them with every security release of theirs.

FROM node:24.18.0-bookworm-slim AS look
WORKDIR /look
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts

FROM python:3.13.12-slim-bookworm AS packages
WORKDIR /app
RUN python -m venv /venv
COPY requirements/base.txt requirements/
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check \
    --require-hashes -r requirements/base.txt
# The house runs from its checkout, where templates and catalogues lie: only a pointer to /app is installed.
COPY pyproject.toml README.md LICENSE ./
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check \
    --no-deps --no-build-isolation -e .

FROM python:3.13.12-slim-bookworm
RUN groupadd --gid 10001 luotsi \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent \
       --shell /usr/sbin/nologin luotsi \
    && install --directory --owner 10001 --group 10001 --mode 0700 /var/lib/luotsi
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1
WORKDIR /app
COPY --from=packages /venv /venv
COPY pyproject.toml LICENSE ./
COPY casework casework
COPY forms forms
COPY webapp webapp
COPY tasks tasks
COPY templates templates
COPY translations translations
COPY --from=look /look/node_modules/hds-core node_modules/hds-core
# The root file system is read-only later, so Python could not keep its bytecode then.
RUN python -m compileall -q casework forms webapp tasks
USER 10001:10001
EXPOSE 8000
ENTRYPOINT ["luotsi"]
CMD ["--help"]
