# Kese in a container. Not yet built where it is developed: tests/container_files_test.ts reads it and knows the rules,
# no more. docs/deployment.md says how to build and run it.
FROM denoland/deno:2.9.6

WORKDIR /app
ENV DENO_DIR=/deno-dir DENO_NO_UPDATE_CHECK=1

COPY deno.json deno.lock main.ts ./
COPY domain ./domain
COPY infra ./infra
COPY routes ./routes
COPY scripts ./scripts
# Everything that main.ts and the tasks may load, so that a running container needs no registry.
RUN deno install --frozen \
      --entrypoint main.ts scripts/reconcile.ts scripts/backup_database.ts scripts/init_database.ts \
  && mkdir -p /data && chown deno:deno /data

# The image's own user, who can write to /data alone.
USER deno
VOLUME /data
ENV KESE_ENV=production HOST=0.0.0.0 PORT=5000 SQLITE_PATH=/data/kese.db
EXPOSE 5000

HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 \
  CMD ["deno", "eval", "const { ok } = await fetch('http://127.0.0.1:' + Deno.env.get('PORT') + '/health/ready'); Deno.exit(ok ? 0 : 1)"]

# Deno itself, not a task: signals reach it, and it ends within five seconds.
CMD ["deno", "run", "--frozen", "--cached-only", "--no-prompt", "--allow-net", "--allow-env", \
  "--allow-read=/app,/data", "--allow-write=/data", "main.ts"]
