# The rollback of the plan: "Change settings_secret.py ENGINE back to sqlite3".
DATABASES = {
    'default': {
        'ENGINE': 'django.db.backends.sqlite3',
        'NAME': '/app/data/rg_unittest',
    }
}
