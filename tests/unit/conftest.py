from hypothesis import settings

# A machine that is busy with other things is no failure.
settings.register_profile("patient", parent=settings.get_profile("default"), deadline=None)
settings.load_profile("patient")
