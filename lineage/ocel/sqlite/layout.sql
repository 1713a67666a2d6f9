-- The tables of OCEL 2.0 that every log has. Each type of events and objects has
-- another one, with a column for each attribute.
CREATE TABLE "event" ("ocel_id" TEXT PRIMARY KEY NOT NULL, "ocel_type" TEXT NOT NULL);
CREATE TABLE "object" ("ocel_id" TEXT PRIMARY KEY NOT NULL, "ocel_type" TEXT NOT NULL);
CREATE TABLE "event_map_type" ("ocel_type" TEXT PRIMARY KEY NOT NULL, "ocel_type_map" TEXT NOT NULL);
CREATE TABLE "object_map_type" ("ocel_type" TEXT PRIMARY KEY NOT NULL, "ocel_type_map" TEXT NOT NULL);
CREATE TABLE "event_object" ("ocel_event_id" TEXT NOT NULL, "ocel_object_id" TEXT NOT NULL, "ocel_qualifier" TEXT NOT NULL);
CREATE TABLE "object_object" ("ocel_source_id" TEXT NOT NULL, "ocel_target_id" TEXT NOT NULL, "ocel_qualifier" TEXT NOT NULL);
