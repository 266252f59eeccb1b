import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "event_horizon.settings.development")
