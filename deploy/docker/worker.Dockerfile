# The command `stream-app`, without embedded servers: `docker run IMAGE worker`. Build it from the top folder.
FROM python:3.11-slim AS build
WORKDIR /source
RUN python -m venv /opt/stream-app
COPY pyproject.toml constraints.txt README.md ./
COPY stream_app stream_app
COPY model_repo model_repo
RUN /opt/stream-app/bin/pip install --no-cache-dir --constraint constraints.txt .

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 stream-app
COPY --from=build /opt/stream-app /opt/stream-app
USER stream-app
# Logs and graph files go to .stream_app of this folder.
WORKDIR /home/stream-app
ENV PATH=/opt/stream-app/bin:$PATH PYTHONUNBUFFERED=1
ENTRYPOINT ["stream-app"]
CMD ["worker"]
