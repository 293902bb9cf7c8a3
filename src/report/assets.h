/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are built in, as text.
 *
 * What every HTML report carries with it: style, script and the chart library, and the SHA-256
 * of each in base64, by which the page's Content-Security-Policy lets it in.
 * tools/embed.py writes them when nodetoll is built.
 */
#ifndef REPORT_ASSETS_H
#define REPORT_ASSETS_H

extern const char asset_style[], asset_style_sha256[];
extern const char asset_script[], asset_script_sha256[];
extern const char asset_chart[], asset_chart_sha256[];
extern const char asset_license[]; /* the chart library's */

/* The schemas of what kinds.c renders. */
extern const char asset_schema_agreement[], asset_schema_comparison[], asset_schema_contrast[],
	asset_schema_estimate[], asset_schema_incidents[], asset_schema_result[],
	asset_schema_servercounts[], asset_schema_sweep[], asset_schema_validation[];

#endif
