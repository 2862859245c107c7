# One image, four roles; compose.yaml says which. Built without the demo office and without tests.
FROM python:3.11-slim AS front
WORKDIR /srv/huiyin
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY web/frontend/package.json web/frontend/package-lock.json web/frontend/
RUN cd web/frontend && npm ci --ignore-scripts --no-audit --no-fund
COPY web web
RUN cd web/frontend && node build.mjs

FROM python:3.11-slim
WORKDIR /srv/huiyin
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md ./
COPY engine engine
COPY processes processes
COPY tasks tasks
COPY --from=front /srv/huiyin/web web
RUN rm -rf web/frontend/node_modules \
 && pip install --no-cache-dir --no-deps --no-build-isolation -e . \
 && useradd --system --home /srv/huiyin huiyin \
 && install -d -o huiyin -m 700 /var/lib/huiyin
USER huiyin
ENV HUIYIN_DATA=/var/lib/huiyin HUIYIN_HOST=0.0.0.0
EXPOSE 8000
CMD ["gunicorn", "-c", "python:web.gunicorn"]
