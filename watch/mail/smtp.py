"""Flask-Mail, made safe."""

from flask_mail import Mail

__all__ = ["Mail"]
