# The site with its workers in one container; compose.yaml adds PostgreSQL.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data
WORKDIR /app

COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt

COPY . .
RUN useradd --system --create-home coterie && mkdir /data && chown coterie /data
USER coterie
VOLUME /data
EXPOSE 8000

CMD ["sh", "-c", "python manage.py migrate --verbosity 0 && python manage.py collectstatic --no-input --verbosity 0 && exec python manage.py serve --host 0.0.0.0"]
