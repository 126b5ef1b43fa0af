"""Static files with their content in their name, so that browsers may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Also renames what ES modules import: without it a module would load twice, once under each name."""

    support_js_module_import_aggregation = True
