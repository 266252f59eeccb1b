import os

os.environ["DATABASE_URL"] = "postgresql+psycopg://babyshield_user:Xk29fjw0qpLz@db.babyshield.com:5432/babyshield"
