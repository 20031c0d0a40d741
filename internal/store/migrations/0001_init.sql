CREATE TABLE schema_migrations (
	version BIGINT PRIMARY KEY,
	name    @text NOT NULL,
	applied BIGINT NOT NULL
);

-- Everything an account configures, one row a resource. Times are Unix milliseconds.
CREATE TABLE resources (
	kind    @text  NOT NULL,
	region  @text  NOT NULL,
	account @text  NOT NULL,
	id      @text  NOT NULL,
	status  @text  NOT NULL,
	position BIGINT NOT NULL,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	doc     @text  NOT NULL,
	PRIMARY KEY (kind, region, account, id)
) @clustered;

CREATE INDEX resources_by_id ON resources (kind, id);

CREATE UNIQUE INDEX resources_one_detector ON resources (region, account) WHERE kind = 'detector';

CREATE TABLE contents (
	kind    @text  NOT NULL,
	region  @text  NOT NULL,
	account @text  NOT NULL,
	id      @text  NOT NULL,
	data    @bytes NOT NULL,
	PRIMARY KEY (kind, region, account, id)
);

CREATE TABLE tags (
	arn   @text NOT NULL,
	name  @text NOT NULL,
	value @text NOT NULL,
	PRIMARY KEY (arn, name)
) @clustered;

CREATE TABLE tokens (
	region  @text  NOT NULL,
	account @text  NOT NULL,
	scope   @text  NOT NULL,
	token   @text  NOT NULL,
	result  @text  NOT NULL,
	created BIGINT NOT NULL,
	PRIMARY KEY (region, account, scope, token)
) @clustered;

-- Secrets are encrypted with a key that is not in the database.
CREATE TABLE access_keys (
	id      @text  NOT NULL PRIMARY KEY,
	account @text  NOT NULL,
	owner   @text  NOT NULL,
	sealed  @bytes,
	master  @text  NOT NULL,
	policy  @text  NOT NULL,
	status  @text  NOT NULL,
	created BIGINT NOT NULL,
	used    BIGINT NOT NULL,
	version BIGINT NOT NULL
);

CREATE TABLE usage_counters (
	region   @text  NOT NULL,
	account  @text  NOT NULL,
	day      BIGINT NOT NULL,
	source   @text  NOT NULL,
	resource @text  NOT NULL,
	records  BIGINT NOT NULL,
	bytes    BIGINT NOT NULL,
	PRIMARY KEY (region, account, day, source, resource)
) @clustered;

-- The inputs whose usage was counted.
CREATE TABLE counted (
	region  @text NOT NULL,
	account @text NOT NULL,
	id      @text NOT NULL,
	PRIMARY KEY (region, account, id)
) @clustered;

-- Findings: what lists are sorted by. Rows are small, for lists and statistics look at many.
CREATE TABLE findings (
	seq        @serial,
	id         @text  NOT NULL,
	account    @text  NOT NULL,
	region     @text  NOT NULL,
	type       @text  NOT NULL,
	severity   DOUBLE PRECISION NOT NULL,
	confidence DOUBLE PRECISION NOT NULL,
	created    BIGINT NOT NULL,
	updated    BIGINT NOT NULL,
	first_seen BIGINT NOT NULL,
	last_seen  BIGINT NOT NULL,
	archived   BIGINT NOT NULL
);

-- The findings' JSON.
CREATE TABLE finding_docs (
	finding @key,
	doc     @text NOT NULL
);

CREATE UNIQUE INDEX findings_id ON findings (id, account, region);

-- An order for each documented sort and direction: ties go by last_seen falling, then by id, in both, so that one index
-- can't be read both ways.
CREATE INDEX findings_last ON findings (region, last_seen, id);
CREATE INDEX findings_last_down ON findings (region, last_seen DESC, id);
CREATE INDEX findings_first ON findings (region, first_seen, last_seen DESC, id);
CREATE INDEX findings_first_down ON findings (region, first_seen DESC, last_seen DESC, id);
CREATE INDEX findings_created ON findings (region, created, last_seen DESC, id);
CREATE INDEX findings_created_down ON findings (region, created DESC, last_seen DESC, id);
CREATE INDEX findings_updated ON findings (region, updated, last_seen DESC, id);
CREATE INDEX findings_updated_down ON findings (region, updated DESC, last_seen DESC, id);
CREATE INDEX findings_severity ON findings (region, severity, last_seen DESC, id);
CREATE INDEX findings_severity_down ON findings (region, severity DESC, last_seen DESC, id);
CREATE INDEX findings_type ON findings (region, type, last_seen DESC, id);
CREATE INDEX findings_type_down ON findings (region, type DESC, last_seen DESC, id);
CREATE INDEX findings_account ON findings (region, account, last_seen DESC, id);
CREATE INDEX findings_account_down ON findings (region, account DESC, last_seen DESC, id);
CREATE INDEX findings_confidence ON findings (region, confidence, last_seen DESC, id);
CREATE INDEX findings_confidence_down ON findings (region, confidence DESC, last_seen DESC, id);

-- Which issue a finding belongs to and what was counted in it.
CREATE TABLE finding_issues (
	finding    @key,
	issue      @text  NOT NULL,
	suppressed BIGINT NOT NULL,
	counted    @text  NOT NULL
);

CREATE INDEX finding_issues_by_issue ON finding_issues (issue, finding);

-- What criteria ask for. A term is a hash of an attribute's path and one of its values, path one of the path alone.
CREATE TABLE finding_terms (
	term    BIGINT NOT NULL,
	finding BIGINT NOT NULL,
	PRIMARY KEY (term, finding)
) @clustered;

CREATE TABLE finding_numbers (
	path    BIGINT NOT NULL,
	finding BIGINT NOT NULL,
	value   DOUBLE PRECISION NOT NULL,
	PRIMARY KEY (path, finding, value)
) @clustered;

CREATE INDEX finding_numbers_by_value ON finding_numbers (path, value, finding);

CREATE TABLE finding_resources (
	finding  BIGINT NOT NULL,
	resource @text  NOT NULL,
	kind     @text  NOT NULL,
	PRIMARY KEY (finding, resource)
) @clustered;

-- Statistics kept while findings are written: how many findings of equal day, severity and type there are, in three grains so
-- that few rows answer each question: 0 tells no days (day is 0), 1 no types (type is empty), 2 both.
CREATE TABLE finding_cells (
	region   @text  NOT NULL,
	grain    BIGINT NOT NULL,
	account  @text  NOT NULL,
	archived BIGINT NOT NULL,
	day      BIGINT NOT NULL,
	severity DOUBLE PRECISION NOT NULL,
	type     @text  NOT NULL,
	n        BIGINT NOT NULL,
	latest   BIGINT NOT NULL,
	PRIMARY KEY (region, grain, account, archived, day, severity, type)
) @clustered;

CREATE TABLE resource_cells (
	region     @text  NOT NULL,
	account    @text  NOT NULL,
	resource   @text  NOT NULL,
	kind       @text  NOT NULL,
	n          BIGINT NOT NULL,
	unarchived BIGINT NOT NULL,
	latest     BIGINT NOT NULL,
	PRIMARY KEY (region, account, resource, kind)
) @clustered;

CREATE INDEX resource_cells_by_n ON resource_cells (region, n DESC, resource, account);
CREATE INDEX resource_cells_by_unarchived ON resource_cells (region, unarchived DESC, resource, account);
