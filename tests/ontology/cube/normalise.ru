# The normalisation of an abbreviated cube (RDF Data Cube, section 10.1): first the types and the general
# component property that the shorter forms imply, then what is attached to data sets and slices is pushed down.
PREFIX qb: <http://purl.org/linked-data/cube#>

INSERT { ?observation a qb:Observation } WHERE { ?group qb:observation ?observation } ;
INSERT { ?observation a qb:Observation . ?set a qb:DataSet } WHERE { ?observation qb:dataSet ?set } ;
INSERT { ?slice a qb:Slice } WHERE { ?set qb:slice ?slice } ;
INSERT { ?component qb:componentProperty ?property . ?property a qb:DimensionProperty }
WHERE { ?component qb:dimension ?property } ;
INSERT { ?component qb:componentProperty ?property . ?property a qb:MeasureProperty }
WHERE { ?component qb:measure ?property } ;
INSERT { ?component qb:componentProperty ?property . ?property a qb:AttributeProperty }
WHERE { ?component qb:attribute ?property } ;

INSERT { ?observation ?property ?value }
WHERE {
  ?set qb:structure/qb:component ?component ; ?property ?value .
  ?component qb:componentProperty ?property ; qb:componentAttachment qb:DataSet .
  ?observation qb:dataSet ?set
} ;
INSERT { ?observation ?property ?value }
WHERE {
  ?set qb:structure/qb:component ?component ; qb:slice ?slice .
  ?component qb:componentProperty ?property ; qb:componentAttachment qb:Slice .
  ?slice ?property ?value ; qb:observation ?observation
} ;
INSERT { ?observation ?property ?value }
WHERE {
  ?set qb:structure/qb:component/qb:componentProperty ?property ; qb:slice ?slice .
  ?property a qb:DimensionProperty .
  ?slice ?property ?value ; qb:observation ?observation
}
