import os

DATABASES = {
    'default': {
        'ENGINE': 'django.db.backends.postgresql',
        'NAME': os.environ.get('DATABASE_NAME', 'startupwebapp_prod'),
        'USER': os.environ.get('DATABASE_USER', 'django_app'),
        'PASSWORD': os.environ.get('DATABASE_PASSWORD', 'secret'),
        'HOST': os.environ.get('DATABASE_HOST', 'your-rds-instance.us-east-1.rds.amazonaws.com'),
        'PORT': os.environ.get('DATABASE_PORT', '5432'),
        'CONN_MAX_AGE': 600,
    }
}
