# The resident process: `reconciler serve` (README, "In Slack").
#
#     docker build --tag reconciler .
#     docker run --rm --env-file reconciler.env --volume reconciler:/data reconciler

FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY .github/workflows/reconcile.yml .github/workflows/reconcile.yml
COPY schemas schemas
COPY reconciler reconciler
RUN python -m venv --without-pip /opt/reconciler \
    && python -m pip --python /opt/reconciler/bin/python install --no-cache-dir .

FROM python:3.13-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git openssh-client \
    && rm -rf /var/lib/apt/lists/* \
    && python -m pip uninstall --yes pip \
    && useradd --uid 10001 --no-create-home --home-dir /data reconciler \
    && install --directory --owner reconciler --group reconciler /data
COPY --from=build /opt/reconciler /opt/reconciler

# REPOSITORY_TOKEN is the password for an https remote; with an SSH key it is not needed.
ENV PATH=/opt/reconciler/bin:$PATH \
    HOME=/data \
    PYTHONDONTWRITEBYTECODE=1 \
    GIT_CONFIG_COUNT=1 \
    GIT_CONFIG_KEY_0=credential.helper \
    GIT_CONFIG_VALUE_0="!f() { test \"$1\" = get && echo username=x-access-token && echo \"password=$REPOSITORY_TOKEN\"; }; f"

USER 10001:10001
VOLUME /data
EXPOSE 9464
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --start-period=60s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:9464/healthz', timeout=3)"]
ENTRYPOINT ["reconciler"]
CMD ["-C", "/data/incidents", "serve", "--log", "json", "--health", "0.0.0.0:9464"]
